namespace Gateway.RateLimiting;

/// <summary>
/// A token bucket that refills itself lazily: no timer, no lock. Thread-safe: one compare-and-swap
/// takes a token, however many threads ask.
/// </summary>
/// <remarks>
/// The state is one number, the units ever taken, on the same line as the units that ever came back
/// (<see cref="BucketRate"/>). What lies between the two is in the bucket; what lies further back
/// than a full bucket has spilled over.
/// </remarks>
internal class TokenBucket
{
    // Marks a bucket whose numbers are being exchanged; whoever meets it looks again.
    private const long Sealed = long.MinValue;

    private readonly BucketClock _clock;
    private volatile BucketRate _rate;
    private long _taken;

    public TokenBucket(BucketRate rate, BucketClock clock)
    {
        _clock = clock;
        _rate = rate;
        _taken = TakenOfFull(rate);
    }

    public BucketRate Rate => _rate;

    /// <summary>The tokens that are there now.</summary>
    public double Tokens
    {
        get
        {
            var (taken, rate) = Read();
            return (double)Level(taken, rate, rate.UnitsAt(_clock.Now)) / rate.Token;
        }
    }

    /// <summary>Takes a token if one is there.</summary>
    /// <param name="ticks">The time, as <see cref="BucketClock.Now"/> gives it.</param>
    public bool TryTake(long ticks)
    {
        while (true)
        {
            var (taken, rate) = Read();
            var came = rate.UnitsAt(ticks);
            var level = Level(taken, rate, came);
            if (level < rate.Token - rate.Rounding)
                return false;
            if (Interlocked.CompareExchange(ref _taken, came - level + rate.Token, taken) == taken)
                return true;
        }
    }

    /// <summary>How long it takes until a token is there; zero when one is.</summary>
    public TimeSpan TimeToToken(long ticks)
    {
        var (taken, rate) = Read();
        var missing = rate.Token - Level(taken, rate, rate.UnitsAt(ticks));
        return missing <= rate.Rounding ? TimeSpan.Zero : rate.TimeFor(missing);
    }

    /// <summary>Gives the bucket other numbers; it keeps its level, cut to what it now can hold.</summary>
    public void Reconfigure(BucketRate rate)
    {
        long taken;
        while ((taken = Interlocked.Exchange(ref _taken, Sealed)) == Sealed)
            Thread.SpinWait(1);
        var now = _clock.Now;
        var old = _rate;
        var tokens = (double)Level(taken, old, old.UnitsAt(now)) / old.Token;
        var level = Math.Min((long)Math.Round(tokens * rate.Token), rate.Burst);
        _rate = rate;
        Volatile.Write(ref _taken, level == rate.Burst ? TakenOfFull(rate) : rate.UnitsAt(now) - level);
    }

    // The order matters: units that were read before the numbers changed never survive the swap in TryTake.
    private (long Taken, BucketRate Rate) Read()
    {
        long taken;
        while ((taken = Volatile.Read(ref _taken)) == Sealed)
            Thread.SpinWait(1);
        return (taken, _rate);
    }

    // Full since the clock began, and so also for a request that read the clock just before this bucket was made.
    private static long TakenOfFull(BucketRate rate) => -rate.Burst;

    private static long Level(long taken, BucketRate rate, long came) => Math.Min(came - taken, rate.Burst);
}

/// <summary>The clock of all buckets: ticks of <see cref="TimeProvider"/> since it was made.</summary>
internal sealed class BucketClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => time.GetTimestamp() - _start;
}
