using System.Numerics;

namespace Gateway.Telemetry;

/// <summary>
/// Buckets for durations whose width grows with them, four to each doubling from 64 µs to a minute:
/// a percentile is off by an eighth at most, whatever its size.
/// </summary>
internal static class LatencyScale
{
    private const int PerDoubling = 4;
    private const int LeastExponent = 6;
    private const int Doublings = 20;

    /// <summary>The first bucket holds what is shorter than the scale, the last what is longer.</summary>
    public const int Buckets = Doublings * PerDoubling + 2;

    public static int BucketOf(TimeSpan duration)
    {
        var microseconds = (ulong)Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond);
        if (microseconds < 1ul << LeastExponent)
            return 0;
        var exponent = BitOperations.Log2(microseconds);
        var quarter = (int)(microseconds >> (exponent - 2)) & (PerDoubling - 1);
        return Math.Min((exponent - LeastExponent) * PerDoubling + quarter + 1, Buckets - 1);
    }

    /// <summary>The duration in seconds that a share of what was counted did not exceed; null when nothing was counted.</summary>
    /// <param name="counts">How many fell into each bucket.</param>
    /// <param name="more">The same, of another time; both count together.</param>
    /// <param name="share">The share, 0 to 1.</param>
    public static double? Percentile(ReadOnlySpan<uint> counts, ReadOnlySpan<uint> more, double share)
    {
        long all = 0;
        for (var i = 0; i < Buckets; i++)
            all += (long)counts[i] + more[i];
        if (all == 0)
            return null;
        var rank = share * all;
        double below = 0;
        for (var i = 0; i < Buckets; i++)
        {
            var here = (double)counts[i] + more[i];
            if (here > 0 && below + here >= rank)
                return Math.Round(LowerBound(i) + (LowerBound(i + 1) - LowerBound(i)) * (rank - below) / here, 6);
            below += here;
        }
        return LowerBound(Buckets - 1);
    }

    // In seconds. What is longer than the scale is told as its end.
    private static double LowerBound(int bucket)
    {
        var steps = Math.Min(bucket, Buckets - 1) - 1;
        return steps < 0 ? 0 : (1L << (LeastExponent + steps / PerDoubling)) * (1 + steps % PerDoubling / (double)PerDoubling) / 1e6;
    }
}
