using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Management;
using Gateway.Telemetry;

namespace Gateway.Draining;

/// <summary>Whether the gateway is going down, and what was cut when it did. Thread-safe.</summary>
internal sealed class DrainState : IReadiness, IConfigurationListener
{
    private volatile bool _draining;
    private volatile DrainSettings _settings = new();
    private volatile int _cut;

    public DrainState(IMeterFactory meters) => meters.Create(Meters.Gateway).CreateObservableGauge("gateway_draining", () => _draining ? 1 : 0,
        description: "1 from the first signal to stop until the end.");

    public DrainSettings Settings => _settings;

    /// <summary>The requests that did not end in time.</summary>
    public int Cut
    {
        get => _cut;
        set => _cut = value;
    }

    /// <summary>Cancelled by the second signal: no time is left for anything.</summary>
    public CancellationTokenSource Now { get; } = new();

    /// <summary>Cancelled when the listeners are closed: what goes on until it is told to stop is told then.</summary>
    public CancellationTokenSource GoingAway { get; } = new();

    public string? NotReadyBecause => _draining ? "the gateway is shutting down" : null;

    public void Apply(Snapshot snapshot) => _settings = snapshot.Get(DrainSettings.Section)!;

    /// <summary>Begins the shutdown; false when it had begun already.</summary>
    public bool TryBegin()
    {
        lock (Now)
            return !_draining && (_draining = true);
    }
}
