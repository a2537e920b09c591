using Gateway.Decisions;
using Gateway.RateLimiting;
using Gateway.Refusals;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Decisions;

/// <summary>What an attacker makes the gateway pay for being refused.</summary>
public sealed class DecisionCostTests
{
    private readonly DecisionRecord _record = new(
        new Lazy<ClusterSight>(() => throw new InvalidOperationException("No cluster was asked.")), new FakeTimeProvider(), new RecordingLogger<DecisionRecord>());

    [Fact]
    public void RateLimited_CostsLittleMoreForBeingRemembered()
    {
        var context = Requests.New(path: "/x");
        context.Request.Headers.Host = "example.com";
        var exchange = context.Exchange();
        exchange.Refusal = Refusal();
        _record.Refused(exchange);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1000; i++)
            _record.Refused(exchange);

        var perRefusal = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000;
        Assert.InRange(perRefusal, 1, 192);
        Assert.Equal(1000, _record.Ring.NewestFirst().Count());
    }

    // Most of it is the answer's own headers.
    [Fact]
    public async Task RateLimited_IsAnsweredWithoutBuffersOfItsOwn()
    {
        const int Refused = 1000;
        var contexts = Enumerable.Range(0, Refused + 1).Select(_ => Requests.New()).ToArray();
        await RefusalWriter.WriteAsync(contexts[Refused], Refusal());
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < Refused; i++)
            await RefusalWriter.WriteAsync(contexts[i], Refusal());

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / Refused, 1, 3500);
    }

    private static Refusal Refusal() => RateLimitRefusal.Of(new RefusedLease(
        LimitScope.Client, new BucketRate(10, 10, TimeSpan.FromSeconds(1), TimeProvider.System.TimestampFrequency), TimeSpan.FromSeconds(1)));
}
