using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Backend;

/// <summary>
/// A TCP port that stays ours while nobody listens on it. A socket that is bound without listening has the kernel
/// refuse connections, yet keeps the port from everyone who asks for a free one.
/// </summary>
internal sealed class HeldPort : IDisposable
{
    private Socket? _socket;

    private HeldPort(Socket socket)
    {
        _socket = socket;
        EndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    public IPEndPoint EndPoint { get; }

    public int Port => EndPoint.Port;

    public static HeldPort Bind(string host, int port) =>
        TryParseHost(host, out var address)
            ? new HeldPort(SocketTransportOptions.CreateDefaultBoundListenSocket(new IPEndPoint(address, port)))
            : throw new ArgumentException("Takes an IP address, localhost or *.", nameof(host));

    public static bool TryParseHost(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        address = host switch
        {
            "*" => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any,
            "localhost" => IPAddress.Loopback,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        return address is not null;
    }

    /// <summary>Hands the socket to who will listen on it and close it.</summary>
    public Socket Take() =>
        Interlocked.Exchange(ref _socket, null) ?? throw new InvalidOperationException("Somebody listens on this port already.");

    /// <summary>Takes the port back after its listener was closed.</summary>
    public void Hold() => _socket ??= SocketTransportOptions.CreateDefaultBoundListenSocket(EndPoint);

    public void Dispose() => Interlocked.Exchange(ref _socket, null)?.Dispose();
}
