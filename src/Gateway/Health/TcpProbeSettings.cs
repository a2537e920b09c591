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
}
