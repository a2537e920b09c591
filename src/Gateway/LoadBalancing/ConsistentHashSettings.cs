using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.LoadBalancing;

/// <summary>What the load balancing policy ConsistentHash goes by.</summary>
public sealed record ConsistentHashSettings
{
    public static readonly SettingsSection<ConsistentHashSettings> Section = new(SettingsScope.Cluster, "ConsistentHash", new(), Check);

    private const string HeaderPrefix = "Header:";
    private const string CookiePrefix = "Cookie:";
    private const string RemoteIp = "RemoteIp";
    private const string Path = "Path";

    /// <summary>What sends requests to the same destination: <c>RemoteIp</c>, <c>Header:NAME</c>, <c>Cookie:NAME</c>, or <c>Path</c> without the query; without that header or cookie, the client's address.</summary>
    public string Key { get; init; } = RemoteIp;

    /// <summary>How much more than its share by weight of the requests in flight a destination takes before others help, 1 to 100; not set: others help only when it cannot take the request.</summary>
    [Range(1.0, 100.0)]
    public double? LoadFactor { get; init; }

    internal string? HeaderName => After(HeaderPrefix);

    internal string? CookieName => After(CookiePrefix);

    internal bool IsPath => Key.Equals(Path, StringComparison.OrdinalIgnoreCase);

    private string? After(string prefix) => Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? Key[prefix.Length..] : null;

    private static void Check(ConsistentHashSettings settings, string path, FaultList faults)
    {
        // A cookie's name is a token as a header's is (RFC 6265 §4.1.1).
        if (!settings.IsPath && !settings.Key.Equals(RemoteIp, StringComparison.OrdinalIgnoreCase) && !HeaderRule.IsName(settings.HeaderName ?? settings.CookieName))
            faults.Add($"{path}:{nameof(Key)}", settings.Key, "is nothing to hash by; allowed is RemoteIp, Path, Header:NAME or Cookie:NAME.");
    }
}
