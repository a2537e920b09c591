using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class TokenBucketReconfigureTests
{
    private readonly TickClock _time = new();

    [Theory]
    [InlineData(20, 12)]
    [InlineData(10, 10)]
    [InlineData(12, 12)]
    [InlineData(1, 1)]
    [InlineData(1_000_000_000, 12)]
    public void Reconfigure_OfAPartlyUsedBucket_KeepsTheLevelCutToTheNewLimit(int newLimit, int expected)
    {
        var bucket = _time.Bucket(_time.PerSecond(20, 20));
        for (var i = 0; i < 8; i++)
            bucket.TryTake(_time.Ticks);

        bucket.Reconfigure(_time.Rate(newLimit, 3, TimeSpan.FromHours(1)));

        Assert.Equal(expected, bucket.Tokens);
        Assert.Equal(expected, bucket.Drain(_time.Ticks));
    }

    [Fact]
    public void Reconfigure_ToAnotherRate_RefillsAtThatRate()
    {
        var bucket = _time.Bucket(_time.PerSecond(10, 10));
        bucket.Drain(_time.Ticks);
        _time.Advance(TimeSpan.FromMilliseconds(50));

        bucket.Reconfigure(_time.PerSecond(10, 1));

        // Half a token was there, the other half comes at the new rate.
        Assert.Equal(0.5, bucket.Tokens, tolerance: 1e-6);
        Assert.Equal(500, bucket.TimeToToken(_time.Ticks).TotalMilliseconds, tolerance: 0.001);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.True(bucket.TryTake(_time.Ticks));
        Assert.False(bucket.TryTake(_time.Ticks));
    }

    [Fact]
    public void Reconfigure_WhileManyThreadsTake_NeverAddsToWhatIsThere()
    {
        const int level = 200_000;
        var bucket = _time.Bucket(_time.PerSecond(level, 7));
        var taken = 0;
        BucketRate[] rates = [_time.PerSecond(level, 1_000_000), _time.PerSecond(level + 1000, 3), _time.PerSecond(level, 7)];

        Threads.Run(Threads.Many, thread =>
        {
            for (var i = 0; i < 5000; i++)
            {
                if (thread > 0 && bucket.TryTake(_time.Ticks))
                    Interlocked.Increment(ref taken);
                else if (thread == 0 && i % 50 == 0)
                    bucket.Reconfigure(rates[i / 50 % rates.Length]);
            }
        });

        Assert.Equal(level, taken + bucket.Tokens, tolerance: 0.01);
    }

    [Fact]
    public void Reconfigure_WhileManyThreadsTake_RefusesNobodyForWhomATokenIsThere()
    {
        var bucket = _time.Bucket(_time.PerSecond(100_000_000, 100));
        _time.Advance(TimeSpan.FromDays(30));
        BucketRate[] rates = [.. Enumerable.Range(1, 2000).Select(i => _time.PerSecond(100_000_000, i % 2 == 0 ? i : 100_000_000 - i))];
        var refused = 0;

        Threads.Run(4, thread =>
        {
            for (var i = 0; i < 200_000; i++)
            {
                if (thread > 0 && !bucket.TryTake(_time.Ticks))
                    Interlocked.Increment(ref refused);
                else if (thread == 0 && i % 100 == 0)
                    bucket.Reconfigure(rates[i / 100]);
            }
        });

        Assert.Equal(0, refused);
    }
}
