using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gateway.Draining.Handover;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Draining;

/// <summary>
/// Kestrel's socket transport for the traffic endpoints, with listeners that can be closed and
/// connections that can be asked to end before Kestrel itself is stopped. Kestrel stops its clock
/// first, and an idle HTTP/2 connection then never learns that it is time to go.
/// </summary>
internal sealed class DrainableTransport(IOptionsFactory<SocketTransportOptions> options, TimeProvider time, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(Options.Create(options.Create(Options.DefaultName)), loggers);
    private readonly ConcurrentDictionary<Listener, bool> _listeners = new();
    private readonly ConcurrentDictionary<string, OpenConnection> _connections = new();

    /// <summary>The connections that are open now, by the id that requests know them by.</summary>
    public IReadOnlyDictionary<string, OpenConnection> Connections => _connections;

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        Socket? socket = null;
        var own = options.Create(Options.DefaultName);
        var bind = own.CreateBoundListenSocket;
        own.CreateBoundListenSocket = address => socket = bind(address);
        var listener = new Listener(await BindSocketAsync(new SocketTransportFactory(Options.Create(own), loggers), endpoint, cancellationToken), socket!, this);
        if (ReusePort.IsShared(socket!))
            ReusePort.StopSteering(socket!);
        _listeners[listener] = true;
        return listener;
    }

    private static async ValueTask<IConnectionListener> BindSocketAsync(SocketTransportFactory sockets, EndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await sockets.BindAsync(endpoint, cancellationToken);
        }
        catch (SocketException error)
        {
            throw new IOException($"Failed to bind to {endpoint}: {error.Message}.", error);
        }
    }

    /// <summary>Accepts no more connections: from now on they go to others who listen on the port, or are refused.</summary>
    /// <param name="over">Cancelled when no time is left to do that with care.</param>
    public Task CloseListenersAsync(CancellationToken over) => Task.WhenAll(_listeners.Keys.Select(listener => listener.LeaveAsync(over)));

    private sealed class Listener(IConnectionListener inner, Socket socket, DrainableTransport transport) : IConnectionListener
    {
        private readonly Probes _probes = new();

        public EndPoint EndPoint => inner.EndPoint;

        public async Task LeaveAsync(CancellationToken over)
        {
            await new PortHandover(socket, _probes, transport.Time).CompleteAsync(over);
            await inner.UnbindAsync(CancellationToken.None);
        }

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            ConnectionContext? connection;
            while ((connection = await inner.AcceptAsync(cancellationToken)) is not null && _probes.Recognize(connection.RemoteEndPoint))
                await connection.DisposeAsync();
            if (connection is null)
                return null;
            transport._connections[connection.ConnectionId] = new(connection, transport.Time.GetTimestamp());
            connection.ConnectionClosed.UnsafeRegister(static state =>
            {
                var (connections, id) = ((ConcurrentDictionary<string, OpenConnection>, string))state!;
                connections.TryRemove(id, out _);
            }, (transport._connections, connection.ConnectionId));
            return connection;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync()
        {
            transport._listeners.TryRemove(this, out _);
            return inner.DisposeAsync();
        }
    }

    private TimeProvider Time => time;
}
