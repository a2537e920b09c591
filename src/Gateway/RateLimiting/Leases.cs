using System.Text.Json;
using System.Threading.RateLimiting;
using Gateway.Refusals;

namespace Gateway.RateLimiting;

/// <summary>Whose bucket it is.</summary>
internal enum LimitScope
{
    Client,
    Global,
    Route,
}

/// <summary>A token was taken from every bucket; there is nothing to give back.</summary>
internal sealed class AdmittedLease : RateLimitLease
{
    public static readonly AdmittedLease Instance = new();

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = null;
        return false;
    }
}

/// <summary>A bucket was empty.</summary>
/// <param name="scope">Whose it is.</param>
/// <param name="rate">Its numbers.</param>
/// <param name="retryAfter">The time until its next token.</param>
/// <param name="tokens">What was in it, less than one token.</param>
internal sealed class RefusedLease(LimitScope scope, BucketRate rate, TimeSpan retryAfter, double tokens = 0) : RateLimitLease, ISeen
{
    public LimitScope Scope { get; } = scope;

    public string ScopeName => Scope switch
    {
        LimitScope.Client => "client",
        LimitScope.Global => "global",
        _ => "route",
    };

    public BucketRate Rate { get; } = rate;

    public TimeSpan RetryAfter { get; } = retryAfter;

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        var known = metadataName == MetadataName.RetryAfter.Name;
        metadata = known ? RetryAfter : null;
        return known;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("rateLimit");
        json.WriteString("scope", ScopeName);
        json.WriteNumber("tokens", Math.Round(tokens, 3));
        json.WriteNumber("limit", Rate.Limit);
        json.WriteNumber("refillPerSecond", Rate.PerSecond);
        json.WriteNumber("secondsToToken", Math.Round(RetryAfter.TotalSeconds, 3));
        json.WriteEndObject();
    }
}
