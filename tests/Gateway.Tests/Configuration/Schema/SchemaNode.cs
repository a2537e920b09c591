using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Configuration.Schema;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration.Schema;

/// <summary>One node of the schema and the configuration path that it stands for; names of the user's choice are <c>x</c>, lists have one element.</summary>
internal sealed record SchemaNode(string Path, JsonObject Schema)
{
    private static readonly Lazy<List<SchemaNode>> Nodes = new(() =>
        [.. new SchemaNode("", House.Get<ConfigurationSchema>().Describe()).AndBelow()]);

    /// <summary>Every node of the schema.</summary>
    public static IReadOnlyList<SchemaNode> All => Nodes.Value;

    /// <summary>The nodes below the sections that are read strictly.</summary>
    public static IEnumerable<SchemaNode> Read => All.Where(node => node.Path.Split(':')[0] is "Gateway" or "ReverseProxy");

    public static SchemaNode At(string path) => Assert.Single(All, node => node.Path == path);

    public bool IsNamedByUser => Path.Split(':')[^1] is "x" or "0";

    public bool IsStrict => Schema["additionalProperties"]?.GetValueKind() == System.Text.Json.JsonValueKind.False;

    public IEnumerable<string> Keys => ((JsonObject)Schema["properties"]!).Select(property => property.Key);

    /// <summary>Where a section may stand.</summary>
    public static IEnumerable<string> PlacesOf(SettingsSection section) => section.Scope switch
    {
        SettingsScope.Gateway => [$"Gateway:{section.Path}"],
        SettingsScope.Cluster => section.Keys.SelectMany(key => new[] { $"Gateway:ClusterDefaults:{key}", $"ReverseProxy:Clusters:x:{key}" }),
        SettingsScope.Route => [$"ReverseProxy:Routes:x:{section.Path}"],
        _ => section.Keys.Select(key => $"ReverseProxy:Clusters:x:Destinations:x:{key}"),
    };

    /// <summary>What the reader says of this place when a value stands there.</summary>
    public IEnumerable<Fault> FaultsOf(string? value) =>
        House.Check(new KeyValuePair<string, string?>(Path, value)).All.Where(fault => fault.Path == Path);

    public override string ToString() => Path;

    private IEnumerable<SchemaNode> AndBelow() => Children().SelectMany(child => child.AndBelow()).Prepend(this);

    private IEnumerable<SchemaNode> Children()
    {
        foreach (var (key, schema) in Schema["properties"] as JsonObject ?? [])
            yield return new(Path.Length > 0 ? $"{Path}:{key}" : key, (JsonObject)schema!);
        if (Schema["additionalProperties"] is JsonObject named)
            yield return new($"{Path}:x", named);
        if (Schema["items"] is JsonObject element)
            yield return new($"{Path}:0", element);
    }
}
