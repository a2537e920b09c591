using System.Net;
using System.Net.Sockets;
using Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Gateway.Edge;

/// <summary>Makes the sockets that Kestrel listens on, for traffic and for management.</summary>
internal sealed class ListenSockets : IConfigurationListener
{
    private const int SocketLevel = 1;
    private const int ReusePortOption = 15;
    private volatile ListenSettings _settings = new();

    /// <summary>Whether several processes can share a port here, with new connections spread among them.</summary>
    public static bool CanShare => OperatingSystem.IsLinux();

    public void Apply(Snapshot snapshot) => _settings = snapshot.Get(ListenSettings.Section)!;

    /// <summary>Binds, as Kestrel would.</summary>
    public Socket Bind(EndPoint endpoint)
    {
        if (!_settings.ReusePort || endpoint is not IPEndPoint { Port: not 0 } address)
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Kestrel's way to listen on every address of both families.
            if (address.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            Share(socket);
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets others listen on the port that the socket is about to be bound to.</summary>
    public static void Share(Socket socket) => socket.SetRawSocketOption(SocketLevel, ReusePortOption, BitConverter.GetBytes(1));
}
