using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry.Scraping;

/// <summary>What is measured for scrapes and for OTLP. Read at the start only.</summary>
public sealed record MetricsSettings
{
    public static readonly SettingsSection<MetricsSettings> Section = new(SettingsScope.Gateway, "Metrics", new());

    /// <summary>Whether metrics are kept; without them /metrics answers 404 and no metric goes out by OTLP. A change needs a restart.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The series of each metric that names routes, clusters or destinations at the most, 1,000 to 1,000,000; room is reserved at the start, several times what the configuration can make; those beyond are one series with the label otel_metric_overflow. A change needs a restart.</summary>
    [Range(1_000, 1_000_000)]
    public int MaxSeries { get; init; } = 20_000;

    /// <summary>The settings as the host is built with them, before the configuration is checked: a fault is told later, and means the default here.</summary>
    internal static MetricsSettings Of(IConfiguration configuration)
    {
        var section = configuration.GetSection("Gateway:Metrics");
        var settings = new MetricsSettings();
        if (bool.TryParse(section[nameof(Enabled)], out var enabled))
            settings = settings with { Enabled = enabled };
        if (int.TryParse(section[nameof(MaxSeries)], NumberStyles.Integer, CultureInfo.InvariantCulture, out var series) && series is >= 1_000 and <= 1_000_000)
            settings = settings with { MaxSeries = series };
        return settings;
    }
}
