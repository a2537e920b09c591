using System.Net;
using System.Net.Sockets;

namespace QuickStart;

/// <summary>
/// Looks for somebody else's listeners first: another gateway would answer that it is ready while ours fails to start.
/// </summary>
internal static class Ports
{
    public static async Task CheckFreeAsync(QuickStartOptions options, GatewayAddress gateway)
    {
        foreach (var port in options.BackendPorts)
            await CheckFreeAsync(port, "a backend", "--backend-ports");
        await CheckFreeAsync(gateway.Traffic.Port, "the gateway", "--gateway-port");
        await CheckFreeAsync(gateway.Management.Port, "the gateway's management", "--management-port");
    }

    private static async Task CheckFreeAsync(int port, string use, string option)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
        }
        catch (SocketException)
        {
            return;
        }

        throw new QuickStartException($"port {port} for {use} is taken by another process. Stop that or choose another with {option}.");
    }
}
