using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>What holds for all checks of a cluster's destinations together, YARP's own among them.</summary>
public sealed record HealthSettings
{
    public static readonly SettingsSection<HealthSettings> Section = new(SettingsScope.Cluster, "HealthCheck", new(), amongOthers: true);

    /// <summary>The percentage of a cluster's destinations that checks may take out at once, rounded down, 0 to 100. Those that went down first stay out, the latest stay in.</summary>
    [Range(0, 100)]
    public int MaxEjectedPercent { get; init; } = 100;
}
