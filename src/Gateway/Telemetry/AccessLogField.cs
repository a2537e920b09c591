using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>What a JSON line of the access log can tell, in the order in which it does unless configured.</summary>
internal enum AccessLogField
{
    Time,
    Method,
    Host,
    Path,
    Protocol,
    Status,
    BytesIn,
    BytesOut,
    Duration,
    UpstreamDuration,
    Route,
    Cluster,
    Destination,
    Attempts,
    Gate,
    Aborted,
    Client,
    TraceId,
}

/// <summary>The fields' names in configuration and lines.</summary>
internal static class AccessLogFields
{
    public static readonly IReadOnlyList<AccessLogField> All = Enum.GetValues<AccessLogField>();

    public static readonly IReadOnlyList<string> Names = [.. All.Select(field => JsonNamingPolicy.CamelCase.ConvertName(field.ToString()))];

    private static readonly JsonEncodedText[] Encoded = [.. Names.Select(name => JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];

    public static JsonEncodedText NameOf(AccessLogField field) => Encoded[(int)field];

    /// <summary>The field of that name, in any case as all names in a configuration; null where there is none.</summary>
    public static AccessLogField? Find(string name)
    {
        for (var i = 0; i < Names.Count; i++)
        {
            if (Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
                return All[i];
        }
        return null;
    }
}
