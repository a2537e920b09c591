using Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Edge;

/// <summary>
/// Checks what an endpoint asks of Kestrel. It would be refused when the endpoint is bound: at a start after all else is
/// up, and at a save after the endpoint of before is closed.
/// </summary>
internal static class EndpointRule
{
    // Kestrel refuses these without TLS.
    private static readonly string[] OfTls = ["Certificate", "ClientCertificateMode", "Sni", "SslProtocols"];

    public static void Check(IConfigurationSection endpoint, FaultList faults)
    {
        var url = endpoint["Url"] ?? "";
        var isTls = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        foreach (var key in OfTls)
        {
            if (!isTls && endpoint.GetSection(key).Exists())
                faults.Add($"{endpoint.Path}:{key}", "is for https, and the endpoint's Url is not; https:// in the Url turns it on.");
        }
        if (endpoint["Protocols"] is { } protocols)
            CheckProtocols($"{endpoint.Path}:Protocols", protocols, isTls, faults);
        if (url.EndsWith("://localhost:0", StringComparison.OrdinalIgnoreCase))
            faults.Add($"{endpoint.Path}:Url", url, "asks for any port of two addresses, which would be two ports; 127.0.0.1:0 or [::1]:0 is one.");
    }

    /// <summary>Checks that no address stands twice.</summary>
    public static void CheckTogether(IEnumerable<IConfigurationSection> endpoints, FaultList faults)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in endpoints)
        {
            if (endpoint["Url"]?.Split("://") is not [_, var address] || address.TrimEnd('/') is var place && place.EndsWith(":0", StringComparison.Ordinal))
                continue;
            if (!seen.TryAdd(place, endpoint.Key))
                faults.Add($"{endpoint.Path}:Url", endpoint["Url"], $"is what the endpoint '{seen[place]}' listens on; each has an address of its own.");
        }
    }

    private static void CheckProtocols(string path, string protocols, bool isTls, FaultList faults)
    {
        if (!Enum.TryParse<HttpProtocols>(protocols, ignoreCase: true, out var parsed) || parsed == HttpProtocols.None)
            faults.Add(path, protocols, "is not known; allowed is Http1, Http2, Http1AndHttp2, Http3 or Http1AndHttp2AndHttp3.");
        else if (parsed == HttpProtocols.Http3 && !isTls)
            faults.Add(path, protocols, "is for https, and the endpoint's Url is not; https:// in the Url turns it on.");
    }
}
