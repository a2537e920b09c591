using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>A free port that stays the test's and that gateways with <c>ReusePort</c> can listen on: bound, but nobody listens by it.</summary>
internal sealed class SharedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public SharedPort(bool shared = true)
    {
        if (shared)
            _socket.SetRawSocketOption(1, 15, BitConverter.GetBytes(1));
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    public int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Uri Address => new($"http://127.0.0.1:{Number}");

    public void Dispose() => _socket.Dispose();
}
