using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Gateway.Draining;

/// <summary>
/// Drains before anything is stopped: closes the listeners, lets requests in flight end, and cuts
/// those that have not ended when the time is over.
/// </summary>
internal sealed class DrainService(
    DrainState state, InFlight inFlight, DrainableTransport transport, TimeProvider time, ILogger<DrainService> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // What is still open when every request has ended and was asked to close is sending its last bytes, or
    // it never began: half a request's head, a handshake. The second kind is not waited for.
    private static readonly TimeSpan IdleConnectionTime = TimeSpan.FromSeconds(2);

    // A socket that just took bytes is writable for the moment until the next ones fill it again.
    private const int QuietLooks = 5;

    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, bool> _answered = new();
    private readonly LastRequests _lastRequests = new(inFlight, transport.Connections, time);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (state.TryBegin())
            DrainLog.Initiated(logger);
        inFlight.OnEnded = exchange =>
        {
            // Over HTTP/1.1 the socket tells what is unsent. Over HTTP/2 a window that the client keeps shut holds bytes back before it.
            if (!HttpProtocol.IsHttp11(exchange.Context.Request.Protocol))
                _answered[exchange.Context.Connection.Id] = true;
        };
        using var deadline = new CancellationTokenSource(state.Settings.Timeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, state.Now.Token, cancellationToken);

        await transport.CloseListenersAsync(over.Token);
        DrainLog.Served(logger, inFlight.Served);
        var began = time.GetTimestamp();
        _lastRequests.Begin();
        _ = state.GoingAway.CancelAsync();
        await DrainRequestsAsync(over.Token);
        await DrainConnectionsAsync(began, over.Token);
    }

    private async Task DrainRequestsAsync(CancellationToken over)
    {
        var progress = new DrainProgress(inFlight, time, logger);
        var told = false;
        while ((!_lastRequests.AskAll() | inFlight.Count > 0) && !over.IsCancellationRequested)
        {
            if (!told && inFlight.Count is > 0 and var count)
            {
                told = true;
                DrainLog.Draining(logger, count);
            }
            progress.Tell();
            await Task.Delay(Look, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (inFlight.Count > 0)
            await CutAsync(told);
        else if (told)
            DrainLog.Drained(logger);
    }

    private async Task CutAsync(bool told)
    {
        var cut = inFlight.List();
        state.Cut += cut.Count;
        if (!told)
            DrainLog.Draining(logger, cut.Count);
        DrainLog.TimedOut(logger, cut.Count);
        foreach (var exchange in cut)
        {
            exchange.Cut = true;
            // Decoded, a path could hold what speaks to a terminal.
            DrainLog.Cut(logger, exchange.Method, new PathString(exchange.Path).ToUriComponent(), exchange.Route, exchange.Destination, exchange.Cluster,
                time.GetElapsedTime(exchange.Started).TotalSeconds, exchange.Trace.TraceId);
        }
        AbortConnections();
        var began = time.GetTimestamp();
        while (inFlight.Count > 0 && time.GetElapsedTime(began) < CutTime)
            await Task.Delay(Look, time, CancellationToken.None);
    }

    // The last bytes of an answer may still be on their way to a slow client when its request has ended here.
    private async Task DrainConnectionsAsync(long began, CancellationToken over)
    {
        var quietLooks = 0;
        while (transport.Connections.Count > 0 && !over.IsCancellationRequested)
        {
            _lastRequests.AskAll();
            quietLooks = inFlight.Count > 0 || transport.Connections.Any(IsSending) ? 0 : quietLooks + 1;
            if (quietLooks >= QuietLooks && time.GetElapsedTime(began) >= IdleConnectionTime)
                break;
            await Task.Delay(Look, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // A request's head that was on its way when the others had ended.
        if (inFlight.Count > 0)
            await CutAsync(told: true);
        if (over.IsCancellationRequested)
            CutUnsent();
        AbortConnections();
    }

    // Their requests ended when the last bytes were handed over, and nothing is known of those any more but that clients still take them.
    private void CutUnsent()
    {
        var unsent = transport.Connections.Count(static connection => HasUnsent(connection.Value));
        if (unsent == 0)
            return;
        state.Cut += unsent;
        DrainLog.CutUnsent(logger, unsent);
    }

    // The client takes bytes slower than they are there for it.
    private bool IsSending(KeyValuePair<string, OpenConnection> connection) => _answered.ContainsKey(connection.Key) || HasUnsent(connection.Value);

    private static bool HasUnsent(OpenConnection connection) =>
        connection.Context.Features.Get<IConnectionSocketFeature>() is { Socket: var socket } && !IsWritable(socket);

    private static bool IsWritable(Socket socket)
    {
        try
        {
            return socket.Poll(TimeSpan.Zero, SelectMode.SelectWrite);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    private void AbortConnections()
    {
        foreach (var (_, connection) in transport.Connections)
            connection.Context.Abort(new ConnectionAbortedException("The gateway stops."));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        DrainLog.Stopped(logger);
        return Task.CompletedTask;
    }
}
