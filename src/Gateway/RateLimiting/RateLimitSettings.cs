using System.ComponentModel.DataAnnotations;
using Gateway.Configuration;

namespace Gateway.RateLimiting;

/// <summary>The numbers of a token bucket: tokens come back continuously, <see cref="TokensPerPeriod"/> over <see cref="ReplenishmentPeriod"/>.</summary>
public record RateLimitSettings
{
    /// <summary>The limit of all clients together.</summary>
    public static readonly SettingsSection<RateLimitSettings> Global = new(SettingsScope.Gateway, "RateLimit:Global", null, Check);

    /// <summary>The limit of one route.</summary>
    public static readonly SettingsSection<RateLimitSettings> Route = new(SettingsScope.Route, "RateLimit", null, Check);

    /// <summary>The tokens that a full bucket holds: the largest burst. 1 to 1,000,000,000; must be set.</summary>
    [Required]
    [Range(1, 1_000_000_000)]
    public int? TokenLimit { get; init; }

    /// <summary>The tokens that come back in one period. 1 to 1,000,000,000; as many as <see cref="TokenLimit"/> unless set.</summary>
    [Range(1, 1_000_000_000)]
    public int? TokensPerPeriod { get; init; }

    /// <summary>The period, 10 ms to 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan ReplenishmentPeriod { get; init; } = TimeSpan.FromSeconds(1);

    protected static void Check(RateLimitSettings settings, string path, FaultList faults)
    {
        if (settings.TokenLimit is null && !faults.AnyBelow($"{path}:{nameof(TokenLimit)}"))
            faults.Add($"{path}:{nameof(TokenLimit)}", "is missing; a limit says how many tokens its bucket holds, 1 to 1000000000.");
    }
}

/// <summary>The limit of each single client.</summary>
public sealed record PerClientSettings : RateLimitSettings
{
    public static readonly SettingsSection<PerClientSettings> Section = new(SettingsScope.Gateway, "RateLimit:PerClient", null, Check);

    private const string HeaderPrefix = "Header:";
    private const string RemoteIp = "RemoteIp";

    /// <summary>What tells one client from another: <c>RemoteIp</c>, or <c>Header:NAME</c> for a header's value.</summary>
    public string Key { get; init; } = RemoteIp;

    /// <summary>How many clients are remembered, 1 to 10,000,000; beyond that the idlest makes room.</summary>
    [Range(1, 10_000_000)]
    public int MaxClients { get; init; } = 100_000;

    /// <summary>The name of the header that tells clients apart; null when their address does.</summary>
    internal string? HeaderName => Key.StartsWith(HeaderPrefix, StringComparison.OrdinalIgnoreCase) ? Key[HeaderPrefix.Length..] : null;

    private static void Check(PerClientSettings settings, string path, FaultList faults)
    {
        RateLimitSettings.Check(settings, path, faults);
        if (!settings.Key.Equals(RemoteIp, StringComparison.OrdinalIgnoreCase) && !HeaderRule.IsName(settings.HeaderName))
            faults.Add($"{path}:{nameof(Key)}", settings.Key, "is not a way to tell clients apart; allowed is RemoteIp or Header:NAME.");
    }
}
