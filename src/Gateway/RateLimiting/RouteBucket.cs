using System.Threading.RateLimiting;

namespace Gateway.RateLimiting;

/// <summary>The bucket of one route, which knows whether requests that took a token of it are still under way. Thread-safe.</summary>
internal sealed class RouteBucket : TokenBucket
{
    private readonly Held _lease;
    private int _holders;

    public RouteBucket(BucketRate rate, BucketClock clock) : base(rate, clock) => _lease = Held.Of(this);

    /// <summary>Whether a request holds it.</summary>
    public bool IsHeld => Volatile.Read(ref _holders) > 0;

    /// <summary>Takes a token and holds the bucket until the lease is disposed; null when there is no token.</summary>
    /// <param name="ticks">The time, as <see cref="BucketClock.Now"/> gives it.</param>
    public RateLimitLease? TryHold(long ticks)
    {
        // Before the token: a save in between must not find the bucket free and a token gone.
        Interlocked.Increment(ref _holders);
        if (TryTake(ticks))
            return _lease;
        Interlocked.Decrement(ref _holders);
        return null;
    }

    // One for all: what a request holds of the bucket is no more than that it does.
    private sealed class Held(RouteBucket bucket) : RateLimitLease
    {
        public static Held Of(RouteBucket bucket) => new(bucket);

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            Interlocked.Decrement(ref bucket._holders);
            base.Dispose(disposing);
        }
    }
}
