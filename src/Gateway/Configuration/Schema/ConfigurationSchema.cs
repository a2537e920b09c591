using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration.Schema;

/// <summary>
/// The JSON Schema (draft 2020-12) of the whole configuration file, made of the declarations that the reader uses.
/// </summary>
/// <remarks>
/// It describes a file that is complete in itself: what must be there is required, though a later layer
/// could add it. A file that is laid over another leaves out its <c>$schema</c>. A key written as null
/// counts as not written; the schema has no null, as there is no reason to write one.
/// </remarks>
internal sealed class ConfigurationSchema(IEnumerable<SettingsSection> sections, IEnumerable<OpenSection> open, PolicyNames policies)
{
    /// <summary>The key by which a file names its schema.</summary>
    public const string OwnKey = "$schema";

    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SettingsSection[] _sections = [.. sections.OrderBy(section => section.Path, StringComparer.Ordinal)];
    private readonly OpenSection[] _open = [.. open.OrderBy(section => section.Key, StringComparer.Ordinal)];
    private readonly Summaries _summaries = new(AppContext.BaseDirectory);

    /// <summary>The schema as text that ends with a line feed, the same each time.</summary>
    public string Write() => Describe().ToJsonString(Format) + "\n";

    internal JsonObject Describe()
    {
        var openly = new TypeSchema(_summaries, policies, strict: false);
        var keys = new JsonObject
        {
            [OwnKey] = new JsonObject { ["description"] = "Where the schema of this file is, for editors.", ["type"] = "string" },
            ["Gateway"] = Gateway(),
            ["ReverseProxy"] = ReverseProxy(),
        };
        foreach (var section in _open)
            keys[section.Key] = openly.SectionOf(Activator.CreateInstance(section.Shape)!);
        return new JsonObject
        {
            [OwnKey] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Configuration of the gateway",
            ["description"] = "Keys are spelt as here, though the gateway takes them in any case. Gateway and ReverseProxy are read strictly, other sections belong to others.",
            ["type"] = "object",
            ["properties"] = keys,
            ["required"] = new JsonArray("ReverseProxy"),
            ["additionalProperties"] = true,
        };
    }

    private JsonObject Gateway()
    {
        var gateway = Container("The settings of the gates.", SettingsScope.Gateway);
        gateway["properties"]!["ClusterDefaults"] = Container("What holds for every cluster; a cluster overrides it key by key.", SettingsScope.Cluster);
        return gateway;
    }

    private JsonObject ReverseProxy()
    {
        var route = Strictly.SectionOf(new RouteConfig(), null, nameof(RouteConfig.RouteId));
        var cluster = Strictly.SectionOf(new ClusterConfig(), null, nameof(ClusterConfig.ClusterId));
        Add(route, SettingsScope.Route);
        Add(cluster, SettingsScope.Cluster);
        Add((JsonObject)cluster["properties"]![nameof(ClusterConfig.Destinations)]!["additionalProperties"]!, SettingsScope.Destination);
        var proxy = SchemaTree.Section("Routes and clusters in YARP's own format, with the gates' settings beside.");
        proxy["required"] = new JsonArray("Routes");
        proxy["properties"] = new JsonObject
        {
            ["Routes"] = SchemaTree.Map("The routes by their ids; {} says that there are none.", route),
            ["Clusters"] = SchemaTree.Map("The clusters by their ids.", cluster),
        };
        return proxy;
    }

    private JsonObject Container(string description, SettingsScope scope)
    {
        var container = SchemaTree.Section(description);
        Add(container, scope);
        return container;
    }

    private void Add(JsonObject place, SettingsScope scope)
    {
        foreach (var section in _sections.Where(section => section.Scope == scope))
            SchemaTree.Add(place, section.Path, Strictly.SectionOf(section.Baseline, DescriptionOf(section)), section.AmongOthers);
    }

    private TypeSchema Strictly => new(_summaries, policies, strict: true);

    // One record may serve several sections: what each is for stands where it is declared.
    private string? DescriptionOf(SettingsSection section) => section.Baseline.GetType()
        .GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => ReferenceEquals(field.GetValue(null), section))
        .Select(_summaries.Of).FirstOrDefault();
}
