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

    /// <summary>The bytes of a request's body that are kept to be sent again, 0 to 16,777,216. A body beyond it that was begun to be read is not sent again.</summary>
    [Range(0, 16_777_216)]
    public int MaxBufferedBody { get; init; } = 65_536;

    /// <summary>
    /// The statuses of a backend's answer, 400 to 599, after which an idempotent request goes to another destination.
    /// The client gets such an answer where no other attempt may follow.
    /// </summary>
    [Range(400, 599)]
    public IReadOnlyList<int> StatusCodes { get; init; } = [];

    /// <summary>The attempts that one request may have.</summary>
    internal int Attempts => Enabled ? MaxAttempts : 1;
}
