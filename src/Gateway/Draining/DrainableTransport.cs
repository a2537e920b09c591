using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace Gateway.Draining;

/// <summary>
/// Kestrel's socket transport for the traffic endpoints, with listeners that can be closed and
/// connections that can be asked to end before Kestrel itself is stopped. Kestrel stops its clock
/// first, and an idle HTTP/2 connection then never learns that it is time to go.
/// </summary>
internal sealed class DrainableTransport(IOptions<SocketTransportOptions> options, ILoggerFactory loggers) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);
    private readonly ConcurrentDictionary<IConnectionListener, bool> _listeners = new();
    private readonly ConcurrentDictionary<string, ConnectionContext> _connections = new();

    /// <summary>The connections that are open now, by the id that requests know them by.</summary>
    public IReadOnlyDictionary<string, ConnectionContext> Connections => _connections;

    public bool CanBind(EndPoint endpoint) => _sockets.CanBind(endpoint);

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(await BindSocketAsync(endpoint, cancellationToken), this);
        _listeners[listener] = true;
        return listener;
    }

    private async ValueTask<IConnectionListener> BindSocketAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await _sockets.BindAsync(endpoint, cancellationToken);
        }
        catch (SocketException error)
        {
            throw new IOException($"Failed to bind to {endpoint}: {error.Message}.", error);
        }
    }

    /// <summary>Accepts no more connections: from now on they are refused.</summary>
    public async Task CloseListenersAsync(CancellationToken cancellationToken)
    {
        foreach (var (listener, _) in _listeners)
            await listener.UnbindAsync(cancellationToken);
    }

    /// <summary>Asks every connection to end: idle ones do at once, others after the request they are in.</summary>
    public void RequestClose()
    {
        foreach (var (_, connection) in _connections)
            connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    private sealed class Listener(IConnectionListener inner, DrainableTransport transport) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            var connection = await inner.AcceptAsync(cancellationToken);
            if (connection is null)
                return null;
            transport._connections[connection.ConnectionId] = connection;
            connection.ConnectionClosed.UnsafeRegister(static state =>
            {
                var (connections, id) = ((ConcurrentDictionary<string, ConnectionContext>, string))state!;
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
}
