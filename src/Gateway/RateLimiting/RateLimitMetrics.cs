using System.Diagnostics.Metrics;

namespace Gateway.RateLimiting;

/// <summary>The level of the buckets and the number of clients that are remembered.</summary>
internal sealed class RateLimitMetrics
{
    private readonly GatewayRateLimiter _limiter;

    public RateLimitMetrics(IMeterFactory meters, GatewayRateLimiter limiter)
    {
        _limiter = limiter;
        var meter = meters.Create(Telemetry.Meters.Gateway);
        meter.CreateObservableGauge("gateway_rate_limit_tokens", Levels, description: "The tokens in a bucket now.");
        meter.CreateObservableGauge("gateway_rate_limit_clients", () => _limiter.Clients.Count, description: "The clients that have a bucket of their own.");
    }

    private IEnumerable<Measurement<double>> Levels()
    {
        if (_limiter.Global is { } global)
            yield return Level(global, "global", "");
        foreach (var (route, bucket) in _limiter.Routes)
            yield return Level(bucket, "route", route);
    }

    private static Measurement<double> Level(TokenBucket bucket, string scope, string route) =>
        new(bucket.Tokens, new("scope", scope), new("route", route));
}
