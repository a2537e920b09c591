using Microsoft.Extensions.Options;

namespace Gateway.Draining;

/// <summary>
/// Is told of the signals to stop. The first one makes the gateway not ready at once and, after the
/// configured delay, stops the application; the second one ends it without more ado.
/// </summary>
internal sealed class DrainLifetime(
    DrainState state, IHostApplicationLifetime application, IOptions<HostOptions> host, TimeProvider time, ILogger<DrainLifetime> logger)
    : IHostLifetime
{
    // The drain's own steps end at Drain:Timeout; the host must not cut them short by a hair.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called with each signal to stop, from any thread.</summary>
    public void Stop()
    {
        if (state.TryBegin())
            _ = StopAfterDelayAsync();
        else
            state.Now.Cancel();
    }

    private async Task StopAfterDelayAsync()
    {
        DrainLog.Initiated(logger);
        // A gateway that is still starting was never ready: no load balancer has to look elsewhere.
        if (application.ApplicationStarted.IsCancellationRequested)
            await Task.Delay(state.Settings.Delay, time, state.Now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Read by the host when it begins to stop: what is configured now counts, not what was at the start.
        host.Value.ShutdownTimeout = state.Settings.Timeout + Margin;
        application.StopApplication();
    }
}
