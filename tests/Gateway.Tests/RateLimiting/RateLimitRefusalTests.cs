using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class RateLimitRefusalTests
{
    private readonly TickClock _time = new();

    [Theory]
    [InlineData("client", 20, 20, 1000, 50, "\"client\";q=20;w=1", "\"client\";r=0;t=1", 1)]
    [InlineData("global", 100, 10, 1000, 1001, "\"global\";q=100;w=10", "\"global\";r=0;t=2", 2)]
    [InlineData("route", 10, 3, 86_400_000, 28_800_000, "\"route\";q=10;w=288000", "\"route\";r=0;t=28800", 28800)]
    [InlineData("client", 1_000_000_000, 1_000_000_000, 10, 0, "\"client\";q=1000000000;w=1", "\"client\";r=0;t=1", 1)]
    public void Refusal_OfAnEmptyBucket_CarriesTheHeadersOfTheDraft(
        string scope, int limit, int tokens, int periodMilliseconds, int waitMilliseconds, string policy, string rateLimit, int retryAfter)
    {
        var rate = _time.Rate(limit, tokens, TimeSpan.FromMilliseconds(periodMilliseconds));
        var lease = new RefusedLease(Enum.Parse<LimitScope>(scope, ignoreCase: true), rate, TimeSpan.FromMilliseconds(waitMilliseconds));

        var refusal = RateLimitRefusal.Of(lease);

        Assert.Equal([new("RateLimit-Policy", policy), new("RateLimit", rateLimit)], refusal.Headers);
        Assert.Equal(retryAfter, refusal.RetryAfter);
        Assert.Equal(scope, refusal.Scope);
    }

    [Fact]
    public void Refusal_OfAnEmptyBucket_IsTheContractsRow()
    {
        var refusal = RateLimitRefusal.Of(new RefusedLease(LimitScope.Client, _time.PerSecond(20, 20), TimeSpan.FromMilliseconds(50)));

        Assert.Equal((429, "Rate limit exceeded", "rate-limit", "http_request_denied", 8),
            (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus));
    }
}
