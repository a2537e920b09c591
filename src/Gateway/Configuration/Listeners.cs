
namespace Gateway.Configuration;

/// <summary>
/// Divides Kestrel's section between the two servers: the endpoint named <c>Management</c> and all
/// the others. Where no endpoint is configured, <see cref="ListenUrls"/> or else the recipe's ports are listened on.
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
        if (NamesTraffic(effective))
            return kestrel;
        var standIns = ListenUrls.InRank(effective);
        if (standIns.Count > 0)
            return kestrel.Concat(standIns.Select(static (url, i) => KeyValuePair.Create($"{Endpoints}:{NameOf(url, i)}:Url", (string?)url.Url)));
        return HasEndpoints(effective) ? kestrel : kestrel.Append(DefaultTraffic);
    }

    /// <summary>Whether <c>Kestrel:Endpoints</c> itself names endpoints for traffic.</summary>
    public static bool NamesTraffic(IReadOnlyDictionary<string, string?> effective) =>
        effective.Any(static pair => pair.Value is not null && IsBelow(pair.Key, Endpoints) && !IsBelow(pair.Key, Management));

    /// <summary>Every address to listen on, and the configuration path that says so.</summary>
    public static IEnumerable<(string Path, string Url)> Addresses(IReadOnlyDictionary<string, string?> effective)
    {
        var standIns = NamesTraffic(effective) ? [] : ListenUrls.InRank(effective);
        return OfTraffic(effective).Concat(OfManagement(effective))
            .Where(static pair => IsUrl(pair.Key))
            .Select(pair => (standIns.FirstOrDefault(url => !IsBelow(pair.Key, Management) && url.Url == pair.Value)?.Path ?? pair.Key, pair.Value ?? ""));
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

    private static string NameOf(ListenUrl url, int index) =>
        $"{(url.Url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? "Https" : "Http")}{(index == 0 ? "" : $"-{index + 1}")}";

    private static bool IsUrl(string key) => key.Split(':') is [_, var endpoints, _, var url]
        && endpoints.Equals("Endpoints", StringComparison.OrdinalIgnoreCase) && url.Equals("Url", StringComparison.OrdinalIgnoreCase);

    private static bool IsBelow(string key, string section) =>
        key.StartsWith(section, StringComparison.OrdinalIgnoreCase) && (key.Length == section.Length || key[section.Length] == ':');
}
