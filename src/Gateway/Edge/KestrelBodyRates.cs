using System.Globalization;
using Gateway.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.Edge;

/// <summary>
/// Kestrel's own rates of bodies, in bytes a second after a grace period. Its binder cannot make them and passes them over
/// without a word; and that of request bodies holds only where it is set, as <see cref="SlowBodies"/> has its place.
/// </summary>
internal static class KestrelBodyRates
{
    private const string OfRequest = nameof(KestrelServerLimits.MinRequestBodyDataRate);
    private const string OfResponse = nameof(KestrelServerLimits.MinResponseDataRate);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    /// <summary>Whether the key, below Kestrel:Limits, belongs to one of the rates.</summary>
    public static bool Owns(string key) => key.Split(':')[0] is var name
        && (name.Equals(OfRequest, StringComparison.OrdinalIgnoreCase) || name.Equals(OfResponse, StringComparison.OrdinalIgnoreCase));

    /// <summary>Sets what Kestrel:Limits says, which has no fault.</summary>
    public static void Apply(KestrelServerLimits limits, IConfigurationSection section)
    {
        var none = new FaultList();
        limits.MinRequestBodyDataRate = Read(section.GetSection(OfRequest), none);
        if (IsSet(section, OfResponse))
            limits.MinResponseDataRate = Read(section.GetSection(OfResponse), none);
    }

    public static void Check(IConfigurationSection section, FaultList faults)
    {
        Read(section.GetSection(OfRequest), faults);
        Read(section.GetSection(OfResponse), faults);
    }

    // null is how a file says that there is none.
    private static bool IsSet(IConfigurationSection section, string name) =>
        section.GetChildren().Any(child => child.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static MinDataRate? Read(IConfigurationSection rate, FaultList faults)
    {
        if (!string.IsNullOrEmpty(rate.Value))
            faults.Add(rate.Path, rate.Value, "stands where a section with BytesPerSecond and GracePeriod is expected.");
        else if (rate.GetChildren().Any())
            return Read(rate, rate[nameof(MinDataRate.BytesPerSecond)], rate[nameof(MinDataRate.GracePeriod)], faults);
        return null;
    }

    private static MinDataRate? Read(IConfigurationSection rate, string? bytes, string? grace, FaultList faults)
    {
        var hasBytes = double.TryParse(bytes, NumberStyles.Float, CultureInfo.InvariantCulture, out var bytesPerSecond) && double.IsFinite(bytesPerSecond) && bytesPerSecond > 0;
        if (!hasBytes)
            faults.Add($"{rate.Path}:{nameof(MinDataRate.BytesPerSecond)}", bytes, "is no rate; allowed is a number above 0, and null in the place of the whole section for no rate.");
        var gracePeriod = Grace;
        // Kestrel looks at its clock once a second.
        var hasGrace = grace is null || (TimeSpan.TryParse(grace, CultureInfo.InvariantCulture, out gracePeriod) && gracePeriod > TimeSpan.FromSeconds(1));
        if (!hasGrace)
            faults.Add($"{rate.Path}:{nameof(MinDataRate.GracePeriod)}", grace, "is no time above 00:00:01.");
        return hasBytes && hasGrace ? new(bytesPerSecond, gracePeriod) : null;
    }
}
