using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>What a client may take up, beyond what Kestrel:Limits says.</summary>
public sealed record BoundsSettings
{
    public static readonly SettingsSection<BoundsSettings> Section = new(SettingsScope.Gateway, "Bounds", new());

    /// <summary>
    /// The bytes a second that a request's body has to bring, on the average of the last 60 s in which it was waited for and
    /// before its response began; else the answer is 408. 0 to 1,000,000,000; 0: none have to come.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int MinRequestBodyBytesPerSecond { get; init; } = 240;
}
