using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>A rule: what it calculates, and what it is called.</summary>
internal sealed record Rule(string Name, string Expression, JsonObject Definition);

/// <summary>A query of the dashboard and how its results are labelled.</summary>
internal sealed record Query(string Panel, string Expression, string Legend);

/// <summary>The files of the sample.</summary>
internal static class ObservabilitySample
{
    public static string Folder { get; } = Path.Combine(BuildOutput.Repository, "samples/Observability");

    public static IReadOnlyList<Rule> Alerts { get; } = Rules("alerts.yml", "alert");

    public static IReadOnlyList<Rule> Recordings { get; } = Rules("recording.yml", "record");

    public static JsonNode Dashboard { get; } = JsonNode.Parse(Read("dashboard.json"))!;

    public static IReadOnlyList<JsonNode> Panels => [.. Dashboard["panels"]!.AsArray().Where(panel => (string?)panel!["type"] != "row").Select(panel => panel!)];

    public static IReadOnlyList<Query> Queries { get; } = [.. Panels.SelectMany(panel => panel["targets"]!.AsArray().Select(target =>
        new Query((string)panel["title"]!, (string)target!["expr"]!, (string)target["legendFormat"]!)))];

    public static string PathOf(string file) => Path.Combine(Folder, file);

    public static string Read(string file) => File.ReadAllText(PathOf(file));

    public static JsonNode ReadYaml(string file) => Yaml.Parse(Read(file));

    private static IReadOnlyList<Rule> Rules(string file, string kind) => [.. ReadYaml(file)["groups"]!.AsArray()
        .SelectMany(group => group!["rules"]!.AsArray())
        .Select(rule => new Rule((string)rule![kind]!, (string)rule["expr"]!, rule.AsObject()))];
}
