using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Gateway.IntegrationTests.Support;

/// <summary>A backend that does on each connection what a test wrote down, and counts what reaches it.</summary>
internal sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentQueue<RawMessage> _received = new();
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly Task _accepting;
    private int _count;

    private ScriptedBackend(Func<ScriptedConnection, Task> script)
    {
        _script = script;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>Requests whose head was read.</summary>
    public int Requests => _received.Count;

    /// <summary>The requests that came, without their bodies.</summary>
    public IReadOnlyList<RawMessage> Received => [.. _received];

    /// <summary>Begins to listen; each connection is handled by <paramref name="script"/> and closed when that ends.</summary>
    public static ScriptedBackend Start(Func<ScriptedConnection, Task> script) => new(script);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections).WaitAsync(Bounds.Patience);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                var number = Interlocked.Increment(ref _count) - 1;
                _connections.Add(Task.Run(() => HandleAsync(socket, number)));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task HandleAsync(Socket socket, int number)
    {
        using var connection = new ScriptedConnection(socket, number, _received.Enqueue, _stopping.Token);
        try
        {
            await _script(connection);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side left, or the test is over: nothing is left to do on this connection.
        }
    }
}
