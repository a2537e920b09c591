using System.Runtime.InteropServices;
using Gateway.Configuration;
using Gateway.Draining;

namespace Gateway.Commands;

/// <summary><c>gateway run</c>.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(ConfigurationLayers layers, BuildGateway build, Action<WebApplication> pipe, ProcessSignals signals)
    {
        signals.ExitOnStop();
        await using var app = build(layers);
        app.ApplyConfiguration();
        var drain = app.Services.GetRequiredService<DrainState>();
        pipe(app);
        HandleSignals(app.Services, signals);
        if (await TryStartAsync(app))
            await app.WaitForShutdownAsync();
        else
            await app.StopAsync();
        return drain.Cut > 0 ? 1 : 0;
    }

    // Before anything listens: from here on there is something to drain, or to stop halfway through its start.
    private static void HandleSignals(IServiceProvider services, ProcessSignals signals)
    {
        if (services.GetRequiredService<IHostLifetime>() is not DrainLifetime lifetime)
            return;
        var reread = services.GetRequiredService<RereadRequest>();
        signals.Handle(signal =>
        {
            if (signal == PosixSignal.SIGHUP)
                reread.Make();
            else
                lifetime.Stop();
        });
    }

    // A signal to stop breaks the start off between two of its steps; what it had begun is stopped as ever.
    private static async Task<bool> TryStartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
