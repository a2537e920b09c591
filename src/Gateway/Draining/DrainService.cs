using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Draining;

/// <summary>
/// Drains before anything is stopped: closes the listeners, lets requests in flight end, and cuts
/// those that have not ended when the time is over.
/// </summary>
internal sealed class DrainService(
    DrainState state, InFlight inFlight, DrainableTransport transport, TimeProvider time, ILogger<DrainService> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    // A connection that served nothing since the drain began has nothing to send but, perhaps, the last
    // bytes of an answer from just before.
    private static readonly TimeSpan IdleConnectionTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, bool> _answered = new();

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (state.TryBegin())
            DrainLog.Initiated(logger);
        inFlight.OnEnded = exchange => _answered[exchange.Context.Connection.Id] = true;
        using var deadline = new CancellationTokenSource(state.Settings.Timeout, time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, state.Now.Token, cancellationToken);

        await transport.CloseListenersAsync(CancellationToken.None);
        DrainLog.Served(logger, inFlight.Served);
        var began = time.GetTimestamp();
        await DrainRequestsAsync(over.Token);
        await DrainConnectionsAsync(began, over.Token);
    }

    private async Task DrainRequestsAsync(CancellationToken over)
    {
        transport.RequestClose();
        if (inFlight.Count == 0)
            return;
        DrainLog.Draining(logger, inFlight.Count);
        while (inFlight.Count > 0 && !over.IsCancellationRequested)
        {
            await Task.Delay(Look, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // A connection that was accepted at the last moment may not have been ready to be asked.
            transport.RequestClose();
        }
        if (inFlight.Count == 0)
            DrainLog.Drained(logger);
        else
            await CutAsync();
    }

    private async Task CutAsync()
    {
        var cut = inFlight.List();
        state.Cut = cut.Count;
        DrainLog.TimedOut(logger, cut.Count);
        foreach (var exchange in cut)
        {
            DrainLog.Cut(logger, exchange.Method, exchange.Path, exchange.Route, exchange.Destination, exchange.Cluster,
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
        while (transport.Connections.Count > 0 && !over.IsCancellationRequested)
        {
            var idleTimeOver = time.GetElapsedTime(began) >= IdleConnectionTime;
            if (idleTimeOver && !transport.Connections.Keys.Any(_answered.ContainsKey))
                break;
            await Task.Delay(Look, time, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        AbortConnections();
    }

    private void AbortConnections()
    {
        foreach (var (_, connection) in transport.Connections)
            connection.Abort(new ConnectionAbortedException("The gateway stops."));
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
