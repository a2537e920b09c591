using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>The compose file fits the files beside it, as far as that shows without pulling an image.</summary>
public sealed partial class ComposeTests
{
    private static readonly JsonObject Services = ObservabilitySample.ReadYaml("compose.yaml")["services"]!.AsObject();
    private static readonly JsonNode Settings = JsonNode.Parse(ObservabilitySample.Read("appsettings.json"))!;

    private static IEnumerable<(string Service, string Host, string Container)> Ports => Of("ports")
        .Select(port => (port.Service, Split: port.Value.Split(':'))).Select(port => (port.Service, string.Join(':', port.Split[..^1]), port.Split[^1]));

    private static IEnumerable<(string Service, string Host, string Container)> Mounts => Of("volumes")
        .Select(mount => (mount.Service, Split: mount.Value.Split(':'))).Select(mount => (mount.Service, mount.Split[0], mount.Split[1]));

    [Fact]
    public void Services_AreTheGatewayTwoBackendsPrometheusAndGrafana() =>
        Assert.Equal(["backend-1", "backend-2", "gateway", "grafana", "prometheus"], Services.Select(service => service.Key).Order());

    [Fact]
    public void Ports_OnTheHost_AreLoopbacksAndDifferent()
    {
        Assert.All(Ports, port => Assert.StartsWith("127.0.0.1:", port.Host, StringComparison.Ordinal));
        Assert.Equal(Ports.Count(), Ports.DistinctBy(port => port.Host).Count());
    }

    [Fact]
    public void Files_ThatAreMounted_AreThere() => Assert.All(Mounts, mount => Assert.True(File.Exists(ObservabilitySample.PathOf(mount.Host)), mount.Host));

    [Fact]
    public void Images_AreOfAVersionOrBuiltFromADockerfileThatIsThere() => Assert.All(Services, service =>
    {
        if (service.Value!["image"] is { } image)
            Assert.Matches(@":v?\d+\.\d+\.\d+$", (string)image!);
        else
            Assert.True(File.Exists(Dockerfile(service.Value!)), Dockerfile(service.Value!));
    });

    [Fact]
    public void Dockerfile_OfTheBackends_CopiesWhatIsThereAndNotIgnored()
    {
        var file = Dockerfile(Services["backend-1"]!);
        var sent = File.ReadAllLines($"{file}.dockerignore");
        var copied = Copy().Matches(File.ReadAllText(file)).SelectMany(copy => copy.Groups["sources"].Value.Split(' ')).ToList();

        Assert.NotEmpty(copied);
        Assert.All(copied, source => Assert.True(Path.Exists(Path.Combine(BuildOutput.Repository, source)), source));
        Assert.All(copied, source => Assert.Contains($"!{source}", sent));
    }

    [Fact]
    public async Task Configuration_OfTheGateway_IsValidAndContradictsItselfNowhere()
    {
        var validated = await GatewayCommand.RunAsync("validate", "--config", ObservabilitySample.PathOf("appsettings.json"));

        Assert.True(validated is { ExitCode: 0, Error: "" }, validated.Everything);
        Assert.Contains(("gateway", "/app/appsettings.json"), Mounts.Where(mount => mount.Host == "./appsettings.json").Select(mount => (mount.Service, mount.Container)));
    }

    [Fact]
    public void Destinations_OfTheGateway_AreTheBackends()
    {
        var addresses = Settings["ReverseProxy"]!["Clusters"]!["backends"]!["Destinations"]!.AsObject().Select(destination => (string)destination.Value!["Address"]!);
        var backends = Services.Where(service => service.Key.StartsWith("backend", StringComparison.Ordinal))
            .Select(service => $"http://{service.Key}:{Argument(service.Value!, "--port")}/");

        Assert.Equal(backends, addresses);
        Assert.All(Services.Where(service => service.Key.StartsWith("backend", StringComparison.Ordinal)), service => Assert.Equal("*", Argument(service.Value!, "--host")));
    }

    [Fact]
    public void Addresses_AmongTheServices_AreThoseTheyListenOn()
    {
        var management = new Uri(((string)Settings["Kestrel"]!["Endpoints"]!["Management"]!["Url"]!).Replace('*', 'x')).Port;
        var target = (string?)ObservabilitySample.ReadYaml("prometheus.yml")["scrape_configs"]![0]!["static_configs"]![0]!["targets"]![0];
        var source = ObservabilitySample.ReadYaml("grafana/datasources.yml")["datasources"]![0]!;

        Assert.Equal($"gateway:{management}", target);
        Assert.Contains(("gateway", $"{management}"), Ports.Select(port => (port.Service, port.Container)));
        Assert.Equal("http://prometheus:9090", (string?)source["url"]);
        Assert.Contains(("prometheus", "9090"), Ports.Select(port => (port.Service, port.Container)));
    }

    [Fact]
    public void Dashboard_LiesWhereGrafanaLooksForIt()
    {
        var folder = (string)ObservabilitySample.ReadYaml("grafana/dashboards.yml")["providers"]![0]!["options"]!["path"]!;

        Assert.Contains(("grafana", "./dashboard.json", $"{folder}/dashboard.json"), Mounts);
        Assert.Equal($"{folder}/dashboard.json", (string?)Services["grafana"]!["environment"]!["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
    }

    [Fact]
    public void Dependencies_OfServices_AreServices() => Assert.All(Of("depends_on"), needed => Assert.True(Services.ContainsKey(needed.Value), needed.Value));

    private static IEnumerable<(string Service, string Value)> Of(string key) =>
        Services.SelectMany(service => (service.Value![key] as JsonArray ?? []).Select(value => (service.Key, (string)value!)));

    private static string Dockerfile(JsonNode service) => service["build"] is JsonObject build
        ? Path.Combine(ObservabilitySample.Folder, (string)build["context"]!, (string)build["dockerfile"]!)
        : Path.Combine(ObservabilitySample.Folder, (string)service["build"]!, "Dockerfile");

    private static string Argument(JsonNode service, string name)
    {
        var command = service["command"]!.AsArray().Select(argument => (string)argument!).ToList();
        return command[command.IndexOf(name) + 1];
    }

    [GeneratedRegex(@"^COPY (?!--from)(?<sources>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
