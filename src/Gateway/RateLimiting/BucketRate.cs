namespace Gateway.RateLimiting;

/// <summary>
/// A bucket's numbers, made ready for arithmetic. Immutable.
/// </summary>
/// <remarks>
/// A bucket counts in units, a token being 2^k of them, along one line: the units that would have
/// come back since the start of the clock. The fraction k is as fine as 63 bits and thirty years
/// of uptime allow, so that a token is early or late by less than a nanosecond at any usual rate.
/// </remarks>
internal sealed class BucketRate
{
    private const double LongestUptimeSeconds = 30 * 365.25 * 86400;
    private const double LargestLine = 1L << 62;
    private const int FinestFraction = 40;
    private const long FinestRounding = 1 << 10;

    private readonly ulong _multiplier;
    private readonly int _shift;
    private readonly double _ticksPerUnit;
    private readonly long _frequency;

    /// <summary>When a save brought these numbers, in the clock's ticks. Unless given: when a bucket goes over to them.</summary>
    public long InForceSince { get; init; } = long.MaxValue;

    public BucketRate(RateLimitSettings settings, TimeProvider time)
        : this(settings.TokenLimit!.Value, settings.TokensPerPeriod ?? settings.TokenLimit.Value, settings.ReplenishmentPeriod, time.TimestampFrequency)
    {
    }

    /// <param name="limit">The tokens of a full bucket.</param>
    /// <param name="tokens">The tokens that come back in one <paramref name="period"/>.</param>
    /// <param name="period">The period.</param>
    /// <param name="frequency">The ticks of the clock in a second.</param>
    public BucketRate(long limit, long tokens, TimeSpan period, long frequency)
    {
        Limit = limit;
        _frequency = frequency;
        var perSecond = tokens / period.TotalSeconds;
        PerSecond = Math.Round(perSecond, 6);
        var fraction = (int)Math.Clamp(Math.Floor(Math.Log2(LargestLine / (perSecond * LongestUptimeSeconds + limit))), 0, FinestFraction);
        Token = 1L << fraction;
        Burst = limit * Token;
        // More than a token each nanosecond cannot be asked for; bounding it here keeps the line within 63 bits.
        var unitsPerTick = Math.Min(perSecond, 4e9) * Token / frequency;
        (_multiplier, _shift) = Normalize(tokens, fraction, period, frequency, unitsPerTick);
        _ticksPerUnit = 1 / unitsPerTick;
        FillTime = Seconds(limit / perSecond);
        Rounding = Token >= FinestRounding ? 2 : 0;
    }

    /// <summary>The tokens of a full bucket.</summary>
    public long Limit { get; }

    /// <summary>The tokens that come back in a second.</summary>
    public double PerSecond { get; }

    /// <summary>The units of one token.</summary>
    public long Token { get; }

    /// <summary>The units of a full bucket.</summary>
    public long Burst { get; }

    /// <summary>The units by which two readings of the line may differ from their difference; none where units are as coarse as tokens.</summary>
    public long Rounding { get; }

    /// <summary>The time in which an empty bucket fills.</summary>
    public TimeSpan FillTime { get; }

    /// <summary>The units that came back from the start of the clock until <paramref name="ticks"/>.</summary>
    public long UnitsAt(long ticks) => (long)(((UInt128)(ulong)ticks * _multiplier) >> _shift);

    /// <summary>What was taken of a bucket that is full. Full since the clock began, and so also for a request that read the clock just before the bucket was made.</summary>
    public long TakenOfFull => -Burst;

    /// <summary>The units in a bucket of which <paramref name="taken"/> were taken when <paramref name="came"/> had come back.</summary>
    public long Level(long taken, long came) => Math.Min(came - taken, Burst);

    /// <summary>Takes a token if one is there.</summary>
    /// <param name="taken">The units that were taken.</param>
    /// <param name="came">The units that came back.</param>
    /// <param name="then">The units that are taken then.</param>
    public bool TryTake(long taken, long came, out long then)
    {
        var level = Level(taken, came);
        then = came - level + Token;
        return level >= Token - Rounding;
    }

    /// <summary>How long it takes until a bucket that holds <paramref name="level"/> units holds a token; zero when it does.</summary>
    public TimeSpan TimeToToken(long level) => Token - level is var missing && missing <= Rounding ? TimeSpan.Zero : TimeFor(missing);

    /// <summary>The units that are taken of a bucket that keeps its level, cut to what it can hold by these numbers.</summary>
    /// <param name="taken">The units that were taken by its numbers before.</param>
    /// <param name="before">Those numbers.</param>
    /// <param name="now">The time.</param>
    public long Carry(long taken, BucketRate before, long now)
    {
        var tokens = (double)before.Level(taken, before.UnitsAt(now)) / before.Token;
        var level = Math.Min((long)Math.Round(tokens * Token), Burst);
        return level == Burst ? TakenOfFull : UnitsAt(now) - level;
    }

    /// <summary>Whether units mean the same by both.</summary>
    public bool HasNumbersOf(BucketRate other) =>
        (Limit, Token, _multiplier, _shift, _frequency) == (other.Limit, other.Token, other._multiplier, other._shift, other._frequency);

    /// <summary>The time in which <paramref name="units"/> come back.</summary>
    public TimeSpan TimeFor(long units) => Seconds(units * _ticksPerUnit / _frequency);

    // A bucket of a billion that gets a token a day takes longer to fill than a TimeSpan can tell.
    private static TimeSpan Seconds(double seconds) =>
        seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    // Units per tick as multiplier / 2^shift with all 64 bits of the multiplier in use: one multiplication
    // and one shift give a line that is exact to the unit, where a division would cost each request.
    private static (ulong Multiplier, int Shift) Normalize(long tokens, int fraction, TimeSpan period, long frequency, double unitsPerTick)
    {
        var exponent = (int)Math.Floor(Math.Log2(unitsPerTick));
        var shift = Math.Clamp(62 - exponent, 1, 126);
        var ticks = (UInt128)(ulong)period.Ticks * (ulong)frequency;
        // tokens * 2^fraction * 2^shift / (ticks in the period): divided in two steps, the second one with the remainder's bits.
        var numerator = (UInt128)(ulong)tokens * TimeSpan.TicksPerSecond;
        var multiplier = ScaledQuotient(numerator, ticks, fraction + shift);
        return multiplier > ulong.MaxValue ? ((ulong)(unitsPerTick * Math.Pow(2, shift)), shift) : ((ulong)multiplier, shift);
    }

    // Long division, bit by bit: floor(numerator * 2^bits / divisor), rounded up at the end so that the
    // token that is due at this very tick is there.
    private static UInt128 ScaledQuotient(UInt128 numerator, UInt128 divisor, int bits)
    {
        var quotient = numerator / divisor;
        var remainder = numerator % divisor;
        for (var i = 0; i < bits; i++)
        {
            remainder <<= 1;
            quotient = (quotient << 1) | (remainder >= divisor ? UInt128.One : UInt128.Zero);
            if (remainder >= divisor)
                remainder -= divisor;
        }
        return remainder == UInt128.Zero ? quotient : quotient + UInt128.One;
    }
}
