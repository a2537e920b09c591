using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>
/// Lets telemetry out while the gateway runs, and gives it little time when that ends. Made
/// after the providers that send, so that it is disposed of before they send what is left.
/// </summary>
internal sealed class CollectorService : IHostedService, IDisposable
{
    private readonly Collectors _collectors;
    private readonly TimeProvider _time;

    public CollectorService(Collectors collectors, ILogger<CollectorService> logger, IServiceProvider services, TimeProvider time)
    {
        (_collectors, _time) = (collectors, time);
        collectors.Begin(logger);
        _ = services.GetService<TracerProvider>();
        _ = services.GetService<MeterProvider>();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _ = _collectors.EndAsync(_time);
}
