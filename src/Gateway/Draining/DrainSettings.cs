using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Draining;

/// <summary>How the gateway goes down.</summary>
public sealed record DrainSettings
{
    public static readonly SettingsSection<DrainSettings> Section = new(SettingsScope.Gateway, "Drain", new());

    /// <summary>The time between 'not ready' and the closing of the listeners, 0 to 24 h: what a load balancer needs to look elsewhere.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Delay { get; init; }

    /// <summary>The time that requests in flight have to end, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
