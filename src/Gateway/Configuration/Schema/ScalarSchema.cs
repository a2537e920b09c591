using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json.Nodes;

namespace Gateway.Configuration.Schema;

/// <summary>
/// The schema of the single values that <see cref="ScalarParser"/> reads. Numbers and true or false
/// may stand in quotes as well, as the configuration takes both; a range is then not checked here.
/// </summary>
internal static class ScalarSchema
{
    private const string Hours = "([01]?[0-9]|2[0-3])";
    private const string Duration = $@"([0-9]+\.)?{Hours}:[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]{{1,7}})?)?$";

    private static readonly Dictionary<Type, Func<RangeAttribute?, JsonObject>> Schemas = new()
    {
        [typeof(string)] = static _ => new() { ["type"] = "string" },
        [typeof(bool)] = static _ => Quotable("boolean", "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"),
        [typeof(int)] = static range => Within(range, Quotable("integer", "^[+-]?[0-9]+$")),
        [typeof(long)] = static range => Within(range, Quotable("integer", "^[+-]?[0-9]+$")),
        [typeof(double)] = static range => Within(range, Quotable("number", @"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$")),
        // Less than nothing makes sense where the range does not forbid it: -00:00:00.001 is .NET's word for 'without end'.
        [typeof(TimeSpan)] = static range => Text(YarpRanges.AllowsNone(range) ? "^-?" + Duration : "^" + Duration),
        [typeof(Version)] = static _ => Names(ScalarParser.HttpVersions.Keys.Order(StringComparer.Ordinal)),
        [typeof(Uri)] = static _ => Text("^[A-Za-z][A-Za-z0-9+.-]*:"),
        [typeof(IPAddress)] = static _ => Text(@"^[0-9A-Fa-f.:]+(%\w+)?$"),
        [typeof(IPNetwork)] = static _ => Text("^[0-9A-Fa-f.:]+/[0-9]{1,3}$"),
    };

    public static JsonObject Of(Type type, RangeAttribute? range) => type.IsEnum ? Names(Enum.GetNames(type)) : Schemas[type](range);

    /// <summary>One of these names; where there is none, nothing may be named.</summary>
    public static JsonObject Names(IEnumerable<string> names) =>
        new() { ["type"] = "string", ["enum"] = new JsonArray([.. names.DefaultIfEmpty("").Select(name => JsonValue.Create(name))]) };

    public static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <summary>A value as it would be written in a file; null where there is nothing to write.</summary>
    public static JsonNode? Written(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        IEnumerable list => new JsonArray([.. list.Cast<object>().Select(Written)]),
        _ => JsonValue.Create(value.ToString()),
    };

    private static JsonObject Quotable(string type, string pattern) => new() { ["type"] = new JsonArray(type, "string"), ["pattern"] = pattern };

    private static JsonObject Within(RangeAttribute? range, JsonObject schema)
    {
        if (range is not null)
            (schema["minimum"], schema["maximum"]) = (Written(range.Minimum), Written(range.Maximum));
        return schema;
    }
}
