using System.Globalization;
using System.Text;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks values of a cluster that YARP takes as they are and that then fail each probe or each request.</summary>
internal static class ClusterValueRule
{
    public const string NotAHost = "is not a host that can be sent; allowed is an ASCII name (xn-- for others) or an address, and a port behind a colon.";

    // YARP falls back on its own number where it cannot read one.
    private static readonly string[] Numbers = ["ConsecutiveFailuresHealthPolicy.Threshold", "TransportFailureRateHealthPolicy.RateLimit"];
    private static readonly string[] ProxySchemes = ["http", "https", "socks4", "socks4a", "socks5"];

    public static void Check(IReadOnlyList<ClusterConfig> clusters, FaultList faults)
    {
        foreach (var cluster in clusters)
        {
            var path = ClusterPaths.Of(cluster.ClusterId);
            CheckProbe($"{path}:HealthCheck:Active", cluster.HealthCheck?.Active, faults);
            AffinityRule.Check($"{path}:SessionAffinity", cluster.SessionAffinity, faults);
            CheckClient($"{path}:HttpClient", cluster.HttpClient, faults);
            CheckVersion($"{path}:HttpRequest:Version", cluster, faults);
            CheckMetadata($"{path}:Metadata", cluster.Metadata, faults);
            foreach (var (id, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
            {
                if (destination.Host is { Length: > 0 } host && !HostName.IsSendable(host))
                    faults.Add($"{path}:Destinations:{id}:Host", host, NotAHost);
            }
        }
    }

    private static void CheckProbe(string path, ActiveHealthCheckConfig? active, FaultList faults)
    {
        if (active?.Path is { Length: > 0 } probed)
        {
            if (!probed.StartsWith('/') || probed.StartsWith("//", StringComparison.Ordinal))
                faults.Add($"{path}:Path", probed, "is not a path to probe; allowed is one that begins with a slash, such as /health. Its host is the destination's, or its Health's.");
            else if (probed.AsSpan().ContainsAny('?', '#'))
                faults.Add($"{path}:Path", probed, "holds more than a path; a query stands in Query, such as ?deep=1.");
        }
        if (active?.Query is { Length: > 0 } query && (!query.StartsWith('?') || query.AsSpan().ContainsAny('#', ' ')))
            faults.Add($"{path}:Query", query, "is not a query to probe with; allowed is one that begins with a question mark, such as ?deep=1, without spaces and #.");
    }

    /// <summary>Whether requests to a destination go without TLS.</summary>
    public static bool HasAddressInClear(ClusterConfig cluster) =>
        cluster.Destinations?.Values.Any(destination => destination.Address?.StartsWith("http:", StringComparison.OrdinalIgnoreCase) is true) is true;

    private static void CheckVersion(string path, ClusterConfig cluster, FaultList faults)
    {
        if (cluster.HttpRequest is { Version.Major: 3, VersionPolicy: HttpVersionPolicy.RequestVersionExact or HttpVersionPolicy.RequestVersionOrHigher } && HasAddressInClear(cluster))
            faults.Add(path, "3", "needs TLS, and this cluster has an http:// address; allowed is 1.1 or 2.");
    }

    private static void CheckClient(string path, HttpClientConfig? client, FaultList faults)
    {
        CheckEncoding($"{path}:RequestHeaderEncoding", client?.RequestHeaderEncoding, faults);
        CheckEncoding($"{path}:ResponseHeaderEncoding", client?.ResponseHeaderEncoding, faults);
        if (client?.WebProxy?.Address is not { } proxy)
            return;
        // An address may carry credentials: such a one is not shown.
        if (!ProxySchemes.Contains(proxy.Scheme) || proxy.Host.Length == 0)
            faults.Add($"{path}:WebProxy:Address", proxy.UserInfo.Length > 0 ? null : proxy.OriginalString, $"is not a proxy's address; allowed is one such as http://proxy:3128 ({string.Join(", ", ProxySchemes)}).");
        else if (proxy.UserInfo.Length > 0)
            faults.Add($"{path}:WebProxy:Address", "holds a user's name, which the HTTP client does not send to a proxy; allowed is an address without.");
    }

    // Header fields are ASCII and more; what writes a letter in two bytes ends each message at the first.
    private static void CheckEncoding(string path, string? name, FaultList faults)
    {
        if (string.IsNullOrEmpty(name))
            return;
        try
        {
            if (!Encoding.GetEncoding(name).GetBytes("A:").AsSpan().SequenceEqual("A:"u8))
                faults.Add(path, name, "does not write ASCII as ASCII; allowed is one such as utf-8 or latin1.");
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            faults.Add(path, name, "is not a known encoding; allowed is one such as utf-8 or latin1.");
        }
    }

    private static void CheckMetadata(string path, IReadOnlyDictionary<string, string>? metadata, FaultList faults)
    {
        foreach (var name in Numbers)
        {
            if (metadata?.GetValueOrDefault(name) is { } text
                && !(double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && number > 0))
            {
                faults.Add($"{path}:{name}", text, "is not a number above 0.");
            }
        }
    }
}
