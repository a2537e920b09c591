
namespace Gateway.Configuration;

/// <summary>
/// Divides Kestrel's section between the two servers: the endpoint named <c>Management</c> and all
/// the others. Where no endpoint is configured the recipe's ports are listened on.
/// </summary>
internal static class Listeners
{
    public const string ManagementName = "Management";
    private const string Endpoints = "Kestrel:Endpoints";
    private const string Management = $"{Endpoints}:{ManagementName}";

    private static readonly KeyValuePair<string, string?> DefaultTraffic = new($"{Endpoints}:Http:Url", "http://*:8080");
    private static readonly KeyValuePair<string, string?> DefaultManagement = new($"{Management}:Url", "http://*:9090");

    /// <summary>Kestrel's keys for the traffic endpoints.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfTraffic(IReadOnlyDictionary<string, string?> effective)
    {
        var kestrel = effective.Where(pair => IsBelow(pair.Key, "Kestrel") && !IsBelow(pair.Key, Management));
        return HasEndpoints(effective) ? kestrel : kestrel.Append(DefaultTraffic);
    }

    /// <summary>Kestrel's keys for the management endpoint; none when it is not wanted.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> OfManagement(IReadOnlyDictionary<string, string?> effective)
    {
        var kestrel = effective.Where(pair => IsBelow(pair.Key, "Kestrel") && (!IsBelow(pair.Key, Endpoints) || IsBelow(pair.Key, Management)));
        return HasEndpoints(effective) ? kestrel : kestrel.Append(DefaultManagement);
    }

    /// <summary>The address of the management endpoint, or null when there is none.</summary>
    public static string? ManagementUrl(IReadOnlyDictionary<string, string?> effective) =>
        HasEndpoints(effective) ? effective.GetValueOrDefault($"{Management}:Url") : DefaultManagement.Value;

    private static bool HasEndpoints(IReadOnlyDictionary<string, string?> effective) =>
        effective.Any(pair => pair.Value is not null && IsBelow(pair.Key, Endpoints));

    private static bool IsBelow(string key, string section) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');
}
