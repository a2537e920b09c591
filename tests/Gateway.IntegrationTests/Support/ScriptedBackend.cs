using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Gateway.IntegrationTests.Support;

/// <summary>A backend that does on each connection what a test wrote down, and counts what reaches it.</summary>
internal sealed class ScriptedBackend : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly ConcurrentQueue<RawMessage> _received = new();
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly Task _accepting;
    private int _count;

    private ScriptedBackend(Func<ScriptedConnection, Task> script, SslServerAuthenticationOptions? tls, IPEndPoint endpoint)
    {
        (_script, _tls, _listener) = (script, tls, new TcpListener(endpoint));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"{(_tls is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>Connections that were accepted.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>Requests whose head was read.</summary>
    public int Requests => _received.Count;

    /// <summary>The requests that came, without their bodies.</summary>
    public IReadOnlyList<RawMessage> Received => [.. _received];

    /// <summary>Begins to listen; each connection is handled by <paramref name="script"/> and closed when that ends.</summary>
    /// <param name="script">What it does.</param>
    /// <param name="tls">The TLS over which it does so, if any; it is closed in order, too.</param>
    /// <param name="endpoint">Where it listens; unless told, on a free port of 127.0.0.1.</param>
    public static ScriptedBackend Start(Func<ScriptedConnection, Task> script, SslServerAuthenticationOptions? tls = null, IPEndPoint? endpoint = null) =>
        new(script, tls, endpoint ?? new IPEndPoint(IPAddress.Loopback, 0));

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
                // What a script sends is on its way when it closes with a reset, which takes back what is held back.
                socket.NoDelay = true;
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
            if (_tls is not null)
                await connection.EncryptAsync(_tls);
            await _script(connection);
            await connection.EndAsync();
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException or AuthenticationException)
        {
            // The other side left, or the test is over: nothing is left to do on this connection.
        }
    }
}
