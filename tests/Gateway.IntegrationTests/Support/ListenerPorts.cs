using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Support;

/// <summary>Ports of the loopback interface that a test names itself.</summary>
internal static class ListenerPorts
{
    /// <summary>One that nothing listens on.</summary>
    public static int Free()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Whether something listens there.</summary>
    public static async Task<bool> ListensAsync(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, Bounds.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
