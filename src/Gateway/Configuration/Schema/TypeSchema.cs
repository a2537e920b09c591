using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Nodes;

namespace Gateway.Configuration.Schema;

/// <summary>
/// Walks over a settings record as <see cref="StrictReader"/> does and tells what it would take.
/// .NET's own exporter of schemas knows JSON's rules, not the reader's: nearly every node of it would be replaced.
/// </summary>
/// <param name="strict">Whether keys that the record does not have are forbidden.</param>
internal sealed class TypeSchema(Summaries summaries, PolicyNames policies, bool strict)
{
    /// <summary>The schema of a section with the keys of a record.</summary>
    /// <param name="baseline">The record with the values that hold where a key is not written.</param>
    /// <param name="description">What the section is for; unless told, what the record's own summary says.</param>
    /// <param name="hidden">Properties that are no keys.</param>
    public JsonObject SectionOf(object baseline, string? description = null, params string[] hidden)
    {
        // Not in the order that reflection gives: it depends on what was asked before.
        var keys = SettingsType.KeysOf(baseline.GetType(), hidden).OrderBy(key => key.MetadataToken).ToList();
        var section = Describe(new JsonObject { ["type"] = "object" }, description ?? summaries.Of(baseline.GetType()));
        section["properties"] = new JsonObject(keys.Select(key => KeyValuePair.Create(key.Name, (JsonNode?)KeyOf(key, baseline))));
        if (keys.Where(IsRequired).Select(key => (JsonNode?)key.Name).ToArray() is { Length: > 0 } required)
            section["required"] = new JsonArray(required);
        if (strict)
            section["additionalProperties"] = false;
        return section;
    }

    private JsonObject KeyOf(PropertyInfo key, object baseline)
    {
        var range = YarpRanges.Of(key);
        var type = SettingsType.TypeOf(key);
        var value = key.GetValue(baseline);
        var schema = NamesOf(key) is { } names ? ScalarSchema.Names(names)
            : YarpShape.PatternOf(key) is { } pattern ? ScalarSchema.Text(pattern)
            : ValueOf(type, value, range);
        if (SettingsType.KindOf(type) is SettingsKind.Scalar or SettingsKind.List && ScalarSchema.Written(value) is { } written)
            schema["default"] = written;
        var summary = summaries.Of(key) ?? (string?)schema["description"];
        return Describe(schema, range is not null && type == typeof(TimeSpan) ? $"{summary} Allowed is {range.Minimum} to {range.Maximum}." : summary);
    }

    private JsonObject ValueOf(Type type, object? value = null, RangeAttribute? range = null) => SettingsType.KindOf(type) switch
    {
        SettingsKind.Scalar => ScalarSchema.Of(type, range),
        SettingsKind.Flags => ListOf(ScalarSchema.Names(Enum.GetNames(type))),
        SettingsKind.List => ListOf(ValueOf(SettingsType.ElementOf(type), range: range)),
        SettingsKind.Map => MapOf(SettingsType.ElementOf(type) == typeof(string) ? AnyText() : ValueOf(SettingsType.ElementOf(type))),
        _ => SectionOf(value ?? Activator.CreateInstance(type)!),
    };

    private IEnumerable<string>? NamesOf(PropertyInfo key) =>
        key.GetCustomAttribute<EnumDataTypeAttribute>() is { } names ? Enum.GetNames(names.EnumType) : policies.Of(key.DeclaringType!, key.Name);

    private static bool IsRequired(PropertyInfo key) => key.IsDefined(typeof(RequiredAttribute)) || YarpShape.IsRequired(key);

    private static JsonObject ListOf(JsonObject element) => new() { ["type"] = "array", ["items"] = element };

    private static JsonObject MapOf(JsonObject element) => new() { ["type"] = "object", ["additionalProperties"] = element };

    // What the user names may mean a number or true: whoever reads it gets its text.
    private static JsonObject AnyText() => new() { ["type"] = new JsonArray("string", "number", "boolean") };

    // First of all keywords, where a reader looks for it.
    private static JsonObject Describe(JsonObject schema, string? description)
    {
        schema.Remove("description");
        if (description is not null)
            schema.Insert(0, "description", description);
        return schema;
    }
}
