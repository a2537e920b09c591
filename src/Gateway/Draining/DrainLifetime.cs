using System.Runtime.InteropServices;
using Microsoft.Extensions.Options;

namespace Gateway.Draining;

/// <summary>
/// Hears the signals to stop. The first one makes the gateway not ready at once and, after the
/// configured delay, stops the application; the second one ends it without more ado.
/// </summary>
internal sealed class DrainLifetime(
    DrainState state, IHostApplicationLifetime application, IOptions<HostOptions> host, TimeProvider time, ILogger<DrainLifetime> logger)
    : IHostLifetime, IDisposable
{
    // The drain's own steps end at Drain:Timeout; the host must not cut them short by a hair.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly List<PosixSignalRegistration> _signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (state.TryBegin())
            _ = StopAfterDelayAsync();
        else
            state.Now.Cancel();
    }

    private async Task StopAfterDelayAsync()
    {
        DrainLog.Initiated(logger);
        await Task.Delay(state.Settings.Delay, time, state.Now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Read by the host when it begins to stop: what is configured now counts, not what was at the start.
        host.Value.ShutdownTimeout = state.Settings.Timeout + Margin;
        application.StopApplication();
    }

    public void Dispose() => _signals.ForEach(signal => signal.Dispose());
}
