using System.Net;
using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>Checks the addresses that are to be listened on: Kestrel would report the first wrong one only, and only when it binds.</summary>
internal sealed class ListenerRule : IConfigurationRule
{
    public void Check(IConfigurationRoot configuration, FaultList faults)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        foreach (var endpoint in endpoints)
            CheckUrl($"{endpoint.Path}:Url", endpoint["Url"], faults);
        if (endpoints.Count > 0 && endpoints.TrueForAll(endpoint => endpoint.Key.Equals(Listeners.ManagementName, StringComparison.OrdinalIgnoreCase)))
            faults.Add("Kestrel:Endpoints", "has no endpoint for traffic; \"Http\": { \"Url\": \"http://*:8080\" } adds one.");
    }

    // A port that is no number is taken for a part of the host's name, and an unknown name for every address.
    private static bool IsHost(string host) => host.StartsWith('[') || !host.Contains(':', StringComparison.Ordinal);

    private static void CheckUrl(string path, string? url, FaultList faults)
    {
        if (string.IsNullOrEmpty(url))
        {
            faults.Add(path, "is missing; an endpoint has an address such as http://*:8080.");
            return;
        }
        try
        {
            var address = BindingAddress.Parse(url);
            if (address.Scheme is "http" or "https" && address.PathBase.Length == 0
                && address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort && IsHost(address.Host))
            {
                return;
            }
        }
        catch (FormatException)
        {
            // Told below, with the rest.
        }
        faults.Add(path, url, "is not an address to listen on; allowed is http:// or https://, a host or *, and a port from 0 to 65535.");
    }
}
