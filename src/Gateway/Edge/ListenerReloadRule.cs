using System.Net;
using System.Net.Sockets;
using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>
/// Finds what Kestrel cannot change while it runs: it takes endpoints and certificates live and
/// everything else at its start only, and an address that cannot be listened on would be told when
/// the rest of the configuration is in force already.
/// </summary>
internal sealed class ListenerReloadRule : IReloadRule
{
    private static readonly string[] Live = ["Kestrel:Endpoints:", "Kestrel:EndpointDefaults:", "Kestrel:Certificates:"];

    public void Check(Snapshot before, Snapshot after, FaultList faults)
    {
        foreach (var key in Keys(before).Union(Keys(after), StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            var (old, @new) = (before.Effective.GetValueOrDefault(key), after.Effective.GetValueOrDefault(key));
            if (old != @new && !Live.Any(live => key.StartsWith(live, StringComparison.OrdinalIgnoreCase)))
                faults.Add(key, @new, $"needs a restart: Kestrel takes it at its start only{(old is null ? "" : $", and runs with '{old}'")}.");
        }
        var sharing = before.Get(ListenSettings.Section)!.ReusePort;
        if (after.Get(ListenSettings.Section)!.ReusePort is var wanted && wanted != sharing)
            faults.Add("Gateway:Listen:ReusePort", $"{wanted}", $"needs a restart: the gateway {(sharing ? "shares its ports" : "has its ports to itself")} since its start.");
        if (Listeners.ManagementUrl(before.Effective) is null && Listeners.ManagementUrl(after.Effective) is { } management)
            faults.Add("Kestrel:Endpoints:Management:Url", management, "needs a restart: the gateway was started without a management endpoint.");
        var inUse = Ports(before.Effective).ToHashSet();
        foreach (var (path, url) in Listeners.Addresses(after.Effective))
        {
            if (BindingAddress.Parse(url) is var address && address.Port != 0 && !inUse.Contains(address.Port))
                TryListen(path, url, address, sharing, faults);
        }
    }

    private static IEnumerable<string> Keys(Snapshot snapshot) => snapshot.Effective
        .Where(pair => pair.Value is not null && pair.Key.StartsWith("Kestrel:", StringComparison.OrdinalIgnoreCase))
        .Select(pair => pair.Key);

    private static IEnumerable<int> Ports(IReadOnlyDictionary<string, string?> effective) =>
        Listeners.Addresses(effective).Select(endpoint => BindingAddress.Parse(endpoint.Url).Port);

    private static void TryListen(string path, string url, BindingAddress address, bool sharing, FaultList faults)
    {
        var ip = address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out var named) ? named : IPAddress.Any;
        try
        {
            using var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (sharing)
                ListenSockets.Share(socket);
            socket.Bind(new IPEndPoint(ip, address.Port));
            // Whoever shares a port and listens is given connections at once, which this trial would lose.
            if (!sharing)
                socket.Listen();
        }
        catch (SocketException error)
        {
            faults.Add(path, url, $"cannot be listened on: {error.Message}.");
        }
    }
}
