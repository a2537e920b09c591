using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class TokenBucketTests
{
    private readonly TickClock _time = new();

    [Theory]
    [InlineData(1, 1, 1000)]
    [InlineData(10, 3, 86_400_000)]
    [InlineData(100, 7, 1000)]
    [InlineData(10, 1_000_000_000, 1000)]
    [InlineData(10, 1_000_000_000, 10)]
    public void Bucket_New_HoldsItsLimitAndNoMore(int limit, int tokens, int periodMilliseconds)
    {
        var bucket = _time.Bucket(_time.Rate(limit, tokens, TimeSpan.FromMilliseconds(periodMilliseconds)));

        Assert.Equal(limit, bucket.Tokens);
        Assert.Equal(limit, bucket.Drain(_time.Ticks));
    }

    [Fact]
    public void Bucket_OfAllTokensThereCanBe_StartsFull() =>
        Assert.Equal(1_000_000_000, _time.Bucket(_time.PerSecond(1_000_000_000, 1_000_000_000)).Tokens);

    [Theory]
    [InlineData(7, 1000)]
    [InlineData(3, 86_400_000)]
    [InlineData(1, 10)]
    [InlineData(999_983, 1000)]
    [InlineData(10_000_000, 7000)]
    [InlineData(1, 86_400_000)]
    public void Refill_AtOddRates_GivesEachTokenAtTheTickItIsDue(int tokens, int periodMilliseconds)
    {
        var period = (long)periodMilliseconds * 1_000_000;
        var bucket = _time.Bucket(_time.Rate(5, tokens, TimeSpan.FromMilliseconds(periodMilliseconds)));
        _time.Advance(TimeSpan.FromDays(3));
        var start = _time.Ticks;
        bucket.Drain(start);

        // A nanosecond, or a billionth of the time between two tokens, is as early as one may be.
        var hair = 1 + period / tokens / 1_000_000_000;
        for (long token = 1; token <= 500; token++)
        {
            var due = start + (token * period + tokens - 1) / tokens;
            Assert.False(bucket.TryTake(due - 1 - hair), $"token {token} came early");
            Assert.True(bucket.TryTake(due), $"token {token} is late");
            Assert.False(bucket.TryTake(due), $"token {token} came twice");
        }
    }

    [Fact]
    public void Refill_OfABillion_IsWholeAfterOnePeriod()
    {
        var period = TimeSpan.FromSeconds(1);
        var bucket = _time.Bucket(_time.PerSecond(1, 1));
        bucket.Drain(_time.Ticks);
        bucket.Reconfigure(_time.Rate(1_000_000_000, 1_000_000_000, period));

        _time.Advance(period / 10_000);
        Assert.Equal(100_000, bucket.Tokens, tolerance: 1);
        _time.Advance(period - period / 10_000);

        Assert.Equal(1_000_000_000, bucket.Tokens, tolerance: 1);
    }

    [Fact]
    public void Refill_OfAFullBucket_StaysAtTheLimit()
    {
        var bucket = _time.Bucket(_time.PerSecond(20, 100));
        bucket.TryTake(_time.Ticks);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(20, bucket.Tokens);
        Assert.Equal(20, bucket.Drain(_time.Ticks));
    }

    [Fact]
    public void Refill_InManySmallSteps_LosesNothing()
    {
        var bucket = _time.Bucket(_time.PerSecond(7, 7));
        bucket.Drain(_time.Ticks);

        var taken = 0;
        for (var step = 0; step < 100_000; step++)
        {
            _time.Advance(99_991);
            taken += bucket.Drain(_time.Ticks);
        }

        Assert.Equal(7 * _time.Ticks / _time.TimestampFrequency, taken);
    }

    [Fact]
    public void TryTake_WithAnOlderTimeThanTheLastOne_GivesNothingTwice()
    {
        var bucket = _time.Bucket(_time.PerSecond(10, 10));
        _time.Advance(TimeSpan.FromSeconds(5));
        var later = _time.Ticks;
        Assert.Equal(10, bucket.Drain(later));

        Assert.False(bucket.TryTake(later - 1_000_000));
        Assert.False(bucket.TryTake(later));
    }

    [Fact]
    public void TimeToToken_OfAnEmptyBucket_IsTheTimeUntilTheNextOne()
    {
        var bucket = _time.Bucket(_time.PerSecond(4, 4));
        bucket.Drain(_time.Ticks);
        Assert.Equal(250, bucket.TimeToToken(_time.Ticks).TotalMilliseconds, tolerance: 0.001);

        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(50, bucket.TimeToToken(_time.Ticks).TotalMilliseconds, tolerance: 0.001);

        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(TimeSpan.Zero, bucket.TimeToToken(_time.Ticks));
        Assert.True(bucket.TryTake(_time.Ticks));
    }

    [Fact]
    public void TimeToToken_OfATokenADay_IsADay()
    {
        var bucket = _time.Bucket(_time.Rate(1, 1, TimeSpan.FromDays(1)));
        bucket.Drain(_time.Ticks);

        Assert.Equal(86400, bucket.TimeToToken(_time.Ticks).TotalSeconds, tolerance: 1e-6);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void Bucket_AfterTenYears_IsAsExactAsOnItsFirstDay(int perSecond)
    {
        var bucket = _time.Bucket(_time.PerSecond(50, perSecond));
        _time.Advance(TimeSpan.FromDays(3653) + TimeSpan.FromTicks(12_345_677));
        var start = _time.Ticks;

        Assert.Equal(50, bucket.Tokens);
        Assert.Equal(50, bucket.Drain(start));
        for (long token = 1; token <= 200; token++)
        {
            var due = start + (token * 1_000_000_000 + perSecond - 1) / perSecond;
            Assert.False(bucket.TryTake(due - 10), $"token {token} came early");
            Assert.True(bucket.TryTake(due), $"token {token} is late");
        }
    }
}
