using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Decisions;

/// <summary>The record of refused and failed requests, with what the gates saw.</summary>
public sealed record DecisionSettings
{
    public static readonly SettingsSection<DecisionSettings> Section = new(SettingsScope.Gateway, "Decisions", new());

    /// <summary>The requests that are remembered, 0 to 100,000; the oldest makes room. One takes a few hundred bytes, with a cluster of many destinations a few thousand.</summary>
    [Range(0, 100_000)]
    public int Capacity { get; init; } = 1000;
}
