using System.Text.Json.Nodes;

namespace Gateway.Configuration.Schema;

/// <summary>Puts the schemas of sections together, each at its path.</summary>
internal static class SchemaTree
{
    /// <summary>A section that has no keys yet and allows no others.</summary>
    public static JsonObject Section(string description) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["properties"] = new JsonObject(),
        ["additionalProperties"] = false,
    };

    /// <summary>A section with names of the user's choice.</summary>
    public static JsonObject Map(string description, JsonObject element) => new()
    {
        ["description"] = description,
        ["type"] = "object",
        ["additionalProperties"] = element,
    };

    /// <summary>Adds the keys of <paramref name="section"/> to <paramref name="place"/>, below <paramref name="path"/>: beside what others have there.</summary>
    public static void Add(JsonObject place, string path, JsonObject section, bool amongOthers)
    {
        var keys = path.Split(':', StringSplitOptions.RemoveEmptyEntries);
        foreach (var key in amongOthers ? keys : keys[..^1])
            place = Below(place, key);
        if (amongOthers)
            AddKeys(place, section);
        else
            Keys(place).Add(keys[^1], section);
    }

    // YARP's HealthCheck, for one, which takes ours among its own; or a section that holds nothing but gates' settings.
    private static JsonObject Below(JsonObject place, string key)
    {
        if (!Keys(place).ContainsKey(key))
            Keys(place).Add(key, Section($"The settings below {key}."));
        return (JsonObject)Keys(place)[key]!;
    }

    private static void AddKeys(JsonObject place, JsonObject section)
    {
        foreach (var (key, schema) in Keys(section))
            Keys(place).Add(key, schema!.DeepClone());
    }

    private static JsonObject Keys(JsonObject section) => (JsonObject)section["properties"]!;
}
