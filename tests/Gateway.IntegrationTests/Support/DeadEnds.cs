using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Support;

/// <summary>A port that is taken and refuses every connection: bound, but nobody listens.</summary>
internal sealed class RefusingPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RefusingPort(IPEndPoint? endpoint = null) => _socket.Bind(endpoint ?? new IPEndPoint(IPAddress.Loopback, 0));

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_socket.LocalEndPoint!).Port}/");

    public void Dispose() => _socket.Dispose();
}

/// <summary>A port that leaves new connections unanswered: its backlog is full and nobody accepts.</summary>
internal sealed class SilentPort : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    private SilentPort(IPEndPoint endpoint)
    {
        _listener.Bind(endpoint);
        _listener.Listen(backlog: 0);
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/");

    public static async Task<SilentPort> OpenAsync(IPEndPoint? endpoint = null)
    {
        var port = new SilentPort(endpoint ?? new IPEndPoint(IPAddress.Loopback, 0));
        // The kernel keeps a few more than it was told; full is when a connection gets no answer.
        while (await port.FillAsync())
            Assert.True(port._fillers.Count < 64, "The backlog never fills.");
        return port;
    }

    private async Task<bool> FillAsync()
    {
        var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _fillers.Add(filler);
        using var brief = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await filler.ConnectAsync(_listener.LocalEndPoint!, brief.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _fillers.ForEach(filler => filler.Dispose());
        _listener.Dispose();
    }
}
