using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.LoadBalancing;

/// <summary>A destination's share of its cluster's requests.</summary>
public sealed record WeightSettings
{
    public static readonly SettingsSection<WeightSettings> Section = new(SettingsScope.Destination, "", new());

    /// <summary>The share relative to the other destinations', 0 to 1000; 0 takes no new requests.</summary>
    [Range(0, 1000)]
    public int Weight { get; init; } = 1;
}
