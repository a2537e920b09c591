using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.CircuitBreaking;

/// <summary>When a destination that fails is left alone, and for how long.</summary>
public sealed record CircuitBreakerSettings
{
    public static readonly SettingsSection<CircuitBreakerSettings> Section = new(SettingsScope.Cluster, "CircuitBreaker", new());

    /// <summary>Whether circuits open.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The failures in a row that open a circuit, 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int FailureThreshold { get; init; } = 5;

    /// <summary>The time until a probe may go through, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The percentage of a cluster's destinations whose circuits may be open at once, rounded down, 0 to 100; a circuit that would open beyond it stays closed.</summary>
    [Range(0, 100)]
    public int MaxEjectedPercent { get; init; } = 100;
}
