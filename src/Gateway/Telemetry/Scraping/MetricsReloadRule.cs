using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry.Scraping;

/// <summary>Finds settings of the metrics that a save would change: what is measured is decided at the start.</summary>
internal sealed class MetricsReloadRule : IReloadRule
{
    private const string Path = "Gateway:Metrics";

    public void Check(Snapshot before, Snapshot after, FaultList faults)
    {
        var (now, wanted) = (before.Get(MetricsSettings.Section)!, after.Get(MetricsSettings.Section)!);
        if (wanted.Enabled != now.Enabled)
            faults.Add($"{Path}:{nameof(now.Enabled)}", $"{wanted.Enabled}", $"needs a restart: the gateway was started {(now.Enabled ? "with" : "without")} metrics.");
        if (wanted.MaxSeries != now.MaxSeries)
        {
            faults.Add($"{Path}:{nameof(now.MaxSeries)}", wanted.MaxSeries.ToString(CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"needs a restart: the gateway was started with room for {now.MaxSeries}."));
        }
    }
}
