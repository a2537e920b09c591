using System.Diagnostics.Metrics;

namespace Gateway.Configuration;

/// <summary>What became of the configuration's reloads.</summary>
internal sealed class ConfigurationMetrics
{
    private long _applied;
    private long _rejected;
    private long _version;
    private int _lastSuccessful = 1;

    public ConfigurationMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Telemetry.Meters.Gateway);
        // Both from zero on, so that a first one is seen as an increase.
        meter.CreateObservableCounter("gateway_config_reloads", () => (Measurement<long>[])[Of("applied", ref _applied), Of("rejected", ref _rejected)], description: "Saves of the configuration that were taken up, by outcome.");
        meter.CreateObservableGauge("gateway_config_version", () => Interlocked.Read(ref _version), description: "The version of the configuration in force.");
        meter.CreateObservableGauge("gateway_config_last_reload_successful", () => Volatile.Read(ref _lastSuccessful), description: "1 while the files as they are now are in force, 0 after a rejected save.");
    }

    public void InForce(long version) => Interlocked.Exchange(ref _version, version);

    public void Applied(long version)
    {
        InForce(version);
        Unchanged();
        Interlocked.Increment(ref _applied);
    }

    /// <summary>The files say again what is in force: a fault that was saved before is mended.</summary>
    public void Unchanged() => Volatile.Write(ref _lastSuccessful, 1);

    public void Rejected()
    {
        Volatile.Write(ref _lastSuccessful, 0);
        Interlocked.Increment(ref _rejected);
    }

    private static Measurement<long> Of(string outcome, ref long reloads) => new(Interlocked.Read(ref reloads), new KeyValuePair<string, object?>("outcome", outcome));
}
