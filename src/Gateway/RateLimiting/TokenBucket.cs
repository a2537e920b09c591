using Gateway.Telemetry;

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
    // Marks a line that is being exchanged for another; whoever meets it looks again.
    private const long Sealed = long.MinValue;

    private readonly BucketClock _clock;
    private volatile Line _line;

    public TokenBucket(BucketRate rate, BucketClock clock)
    {
        _clock = clock;
        _line = new Line(rate, rate.TakenOfFull);
    }

    // The numbers and what was taken by them belong together: read from one reference, they always do.
    private sealed class Line(BucketRate rate, long taken)
    {
        public readonly BucketRate Rate = rate;
        public PaddedCounter Taken = new() { Value = taken };
    }

    public BucketRate Rate => _line.Rate;

    /// <summary>The tokens that are there now.</summary>
    public double Tokens
    {
        get
        {
            var (line, taken) = Read();
            return (double)line.Rate.Level(taken, line.Rate.UnitsAt(_clock.Now)) / line.Rate.Token;
        }
    }

    /// <summary>Takes a token if one is there.</summary>
    /// <param name="ticks">The time, as <see cref="BucketClock.Now"/> gives it.</param>
    public bool TryTake(long ticks)
    {
        while (true)
        {
            var (line, taken) = Read();
            if (!line.Rate.TryTake(taken, line.Rate.UnitsAt(ticks), out var then))
                return false;
            if (Interlocked.CompareExchange(ref line.Taken.Value, then, taken) == taken)
                return true;
        }
    }

    /// <summary>How long it takes until a token is there; zero when one is.</summary>
    public TimeSpan TimeToToken(long ticks)
    {
        var (line, taken) = Read();
        return line.Rate.TimeToToken(line.Rate.Level(taken, line.Rate.UnitsAt(ticks)));
    }

    /// <summary>Gives the bucket other numbers; it keeps its level, cut to what it now can hold.</summary>
    public void Reconfigure(BucketRate rate)
    {
        var (old, taken) = Seal();
        _line = new Line(rate, rate.Carry(taken, old.Rate, _clock.Now));
    }

    private (Line Line, long Taken) Read()
    {
        var wait = new SpinWait();
        while (true)
        {
            var line = _line;
            var taken = Volatile.Read(ref line.Taken.Value);
            if (taken != Sealed)
                return (line, taken);
            wait.SpinOnce();
        }
    }

    // From here on nobody takes by these numbers any more: what was taken by then moves over to the next ones.
    private (Line Line, long Taken) Seal()
    {
        var wait = new SpinWait();
        while (true)
        {
            var line = _line;
            var taken = Interlocked.Exchange(ref line.Taken.Value, Sealed);
            if (taken != Sealed)
                return (line, taken);
            wait.SpinOnce();
        }
    }
}

/// <summary>The clock of all buckets: ticks of <see cref="TimeProvider"/> since it was made.</summary>
internal sealed class BucketClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public long Now => time.GetTimestamp() - _start;
}
