using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Forwarding;

/// <summary>Whether an attempt that came to nothing is followed by another one, on another destination.</summary>
public sealed record RetrySettings
{
    public static readonly SettingsSection<RetrySettings> Section = new(SettingsScope.Cluster, "Retry", new());

    /// <summary>Whether there is a second attempt.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The attempts of one request in all, 1 to 10; 1: no retry.</summary>
    [Range(1, 10)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The retries that are allowed as a share of the cluster's requests of the last 10 s, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double BudgetRatio { get; init; } = 0.2;

    /// <summary>The retries that are allowed however few the requests are, per second over the last 10 s, 0 to 100,000.</summary>
    [Range(0, 100_000)]
    public int MinRetriesPerSecond { get; init; } = 10;
}

/// <summary>How long to wait for a destination.</summary>
public sealed record TimeoutSettings
{
    public static readonly SettingsSection<TimeoutSettings> Section = new(SettingsScope.Cluster, "Timeouts", new());

    /// <summary>The time for a connection to a destination to be established, TLS included, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(5);
}
