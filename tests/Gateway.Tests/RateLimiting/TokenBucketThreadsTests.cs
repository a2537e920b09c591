using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class TokenBucketThreadsTests
{
    private readonly TickClock _time = new();

    [Fact]
    public void TryTake_ByManyThreadsAtOneInstant_GivesExactlyWhatIsThere()
    {
        var bucket = _time.Bucket(_time.PerSecond(10_007, 100));
        var taken = 0;

        Threads.Run(Threads.Many, _ => Interlocked.Add(ref taken, bucket.Drain(_time.Ticks)));

        Assert.Equal(10_007, taken);
    }

    [Fact]
    public void TryTake_ByManyThreadsWhileTimeGoesOn_GivesExactlyLimitAndRefill()
    {
        var bucket = _time.Bucket(_time.PerSecond(1000, 333_333));
        var taken = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 3000; i++)
            {
                _time.Advance(1009);
                if (bucket.TryTake(_time.Ticks))
                    Interlocked.Increment(ref taken);
            }
        });
        taken += bucket.Drain(_time.Ticks);

        var refill = (long)((Int128)_time.Ticks * 333_333 / _time.TimestampFrequency);
        Assert.InRange(taken, refill, 1000 + refill);
    }

    [Fact]
    public void TryTake_ByManyThreadsThatAlwaysFindItEmpty_LosesNoTokenEither()
    {
        var bucket = _time.Bucket(_time.PerSecond(1_000_000, 1000));
        var taken = (long)bucket.Drain(_time.Ticks);

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 2000; i++)
            {
                _time.Advance(100_003);
                Interlocked.Add(ref taken, bucket.Drain(_time.Ticks));
            }
        });

        Assert.Equal(1_000_000 + _time.Ticks / 1_000_000, taken);
    }
}
