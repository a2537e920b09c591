using System.Numerics;

namespace Gateway.LoadBalancing;

/// <summary>
/// Where candidates are among the keys of a consistent hash, gathered so that several are looked at in one
/// step. Distances are the same in every gateway, whatever its processor.
/// </summary>
internal sealed class HashPlaces(Candidate[] candidates)
{
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;
    private const double One = 1L << 53;
    private readonly ulong[] _seeds = [.. candidates.Select(candidate => candidate.Seed)];
    private readonly double[] _rates = [.. candidates.Select(candidate => 1.0 / candidate.FullShare)];

    /// <summary>The sum of the candidates' weights.</summary>
    public double Weights { get; } = candidates.Sum(candidate => candidate.FullShare);

    /// <summary>How far a candidate is from a key: exponentially distributed, with its weight as the rate.</summary>
    public static double DistanceOf(ulong key, Candidate candidate) => -Math.Log(1 - (Draw(key ^ candidate.Seed) / One)) * One / candidate.FullShare;

    /// <summary>The index, from <paramref name="at"/> on, of the next candidate that may be nearer than <paramref name="least"/>; the number of candidates when none is.</summary>
    public int SkipFarther(int at, ulong key, double least)
    {
        // What is drawn is never more than the distance, and costs no logarithm: nearly all end here.
        while (at < _seeds.Length && Draw(key ^ _seeds[at]) * _rates[at] >= least)
        {
            at++;
            if (at % Vector<ulong>.Count == 0)
                at = SkipBlocks(at, key, least);
        }
        return at;
    }

    private int SkipBlocks(int at, ulong key, double least)
    {
        var keys = new Vector<ulong>(key);
        var bound = new Vector<double>(least);
        while (at <= _seeds.Length - Vector<ulong>.Count
            && !Vector.LessThanAny(Draw(keys ^ new Vector<ulong>(_seeds, at)) * new Vector<double>(_rates, at), bound))
        {
            at += Vector<ulong>.Count;
        }
        return at;
    }

    // From 0 to 2^53, uniform.
    private static double Draw(ulong place)
    {
        var mixed = place * First;
        mixed = (mixed ^ (mixed >> 32)) * Second;
        // A signed number becomes a floating one in a single instruction.
        return (long)(mixed >> 11);
    }

    private static Vector<double> Draw(Vector<ulong> places)
    {
        var mixed = places * First;
        mixed = (mixed ^ (mixed >> 32)) * Second;
        return Vector.ConvertToDouble(Vector.AsVectorInt64(mixed >> 11));
    }
}
