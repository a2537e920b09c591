using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>Finds OpenTelemetry's variables that a save of a file would change: they are read at the start only.</summary>
internal sealed class OtlpReloadRule : IReloadRule
{
    private const string Prefix = "OTEL_";

    public void Check(Snapshot before, Snapshot after, FaultList faults)
    {
        foreach (var key in Keys(before).Union(Keys(after), StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase))
        {
            // Keys to a collector may stand in them: no value is shown.
            if (before.Effective.GetValueOrDefault(key) != after.Effective.GetValueOrDefault(key))
                faults.Add(key, "needs a restart: where telemetry goes is read at the start only.");
        }
    }

    private static IEnumerable<string> Keys(Snapshot snapshot) => snapshot.Effective.Keys.Where(key => key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));
}
