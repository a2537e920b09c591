using Gateway.Telemetry;

namespace Gateway.Tests.Telemetry;

public sealed class LatencyScaleTests
{
    private static readonly uint[] None = new uint[LatencyScale.Buckets];

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.4)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(99)]
    [InlineData(2500)]
    [InlineData(59_000)]
    public void Percentile_OfOneDuration_IsWithinAQuarterOfIt(double milliseconds)
    {
        var counts = new uint[LatencyScale.Buckets];
        counts[LatencyScale.BucketOf(TimeSpan.FromMilliseconds(milliseconds))] = 7;

        var p50 = LatencyScale.Percentile(counts, None, 0.5)!.Value;

        Assert.InRange(p50, milliseconds / 1000 * 0.8, milliseconds / 1000 * 1.25);
    }

    [Fact]
    public void Percentiles_OfAHundredDurations_AreThoseOfTheirRank()
    {
        var (counts, more) = (new uint[LatencyScale.Buckets], new uint[LatencyScale.Buckets]);
        counts[LatencyScale.BucketOf(TimeSpan.FromMilliseconds(1))] = 49;
        more[LatencyScale.BucketOf(TimeSpan.FromMilliseconds(1))] = 49;
        more[LatencyScale.BucketOf(TimeSpan.FromSeconds(3))] = 2;

        Assert.InRange(LatencyScale.Percentile(counts, more, 0.5)!.Value, 0.0008, 0.00125);
        Assert.InRange(LatencyScale.Percentile(counts, more, 0.99)!.Value, 2.4, 3.75);
    }

    [Fact]
    public void Percentile_OfNothing_IsNone() => Assert.Null(LatencyScale.Percentile(None, None, 0.5));

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(63)]
    public void Bucket_OfWhatIsShorterThanTheScale_IsTheFirst(long microseconds) =>
        Assert.Equal(0, LatencyScale.BucketOf(TimeSpan.FromMicroseconds(microseconds)));

    [Fact]
    public void Bucket_OfADayOrLonger_IsTheLast()
    {
        Assert.Equal(LatencyScale.Buckets - 1, LatencyScale.BucketOf(TimeSpan.FromDays(1)));
        Assert.Equal(LatencyScale.Buckets - 1, LatencyScale.BucketOf(TimeSpan.MaxValue));
    }

    [Fact]
    public void Buckets_OfGrowingDurations_NeverGoBackAndLeaveNoneOut()
    {
        var seen = new SortedSet<int>();
        var last = 0;
        for (var microseconds = 1.0; microseconds < 1e8; microseconds *= 1.05)
        {
            var bucket = LatencyScale.BucketOf(TimeSpan.FromMicroseconds(microseconds));
            Assert.True(bucket >= last);
            seen.Add(last = bucket);
        }
        Assert.Equal(Enumerable.Range(0, LatencyScale.Buckets), seen);
    }
}
