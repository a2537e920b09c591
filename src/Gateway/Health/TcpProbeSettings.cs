using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>The bare TCP connect by which destinations are watched.</summary>
public sealed record TcpProbeSettings
{
    public static readonly SettingsSection<TcpProbeSettings> Section = new(SettingsScope.Cluster, "HealthCheck:Tcp", new());

    /// <summary>Whether destinations are probed.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The time from one probe to the next, give or take a tenth; 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time after which a connect that has not succeeded has failed, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The successes in a row that turn a destination up that is down, 1 to 1,000. The first probe decides at once.</summary>
    [Range(1, 1_000)]
    public int HealthyThreshold { get; init; } = 1;

    /// <summary>The failures in a row that turn a destination down that is up, 1 to 1,000. The first probe decides at once.</summary>
    [Range(1, 1_000)]
    public int UnhealthyThreshold { get; init; } = 1;
}
