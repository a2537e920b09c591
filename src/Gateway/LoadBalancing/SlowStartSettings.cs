using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.LoadBalancing;

/// <summary>How a destination that came up gets its share.</summary>
public sealed record SlowStartSettings
{
    public static readonly SettingsSection<SlowStartSettings> Section = new(SettingsScope.Cluster, "", new());

    /// <summary>The time over which the share of a destination that came up grows from a tenth to the whole, 0 to 24 h; 0: the whole at once.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SlowStart { get; init; }
}
