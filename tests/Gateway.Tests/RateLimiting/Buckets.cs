using Gateway.RateLimiting;

namespace Gateway.Tests.RateLimiting;

internal static class Buckets
{
    public static BucketRate Rate(this TimeProvider time, int limit, int tokens, TimeSpan period) => new(limit, tokens, period, time.TimestampFrequency);

    public static BucketRate PerSecond(this TimeProvider time, int limit, int tokens) => time.Rate(limit, tokens, TimeSpan.FromSeconds(1));

    public static TokenBucket Bucket(this TimeProvider time, BucketRate rate) => new(rate, new BucketClock(time));

    /// <summary>Takes until the bucket says no; returns how many there were.</summary>
    public static int Drain(this TokenBucket bucket, long now)
    {
        var taken = 0;
        while (bucket.TryTake(now))
            taken++;
        return taken;
    }
}
