namespace Gateway.LoadBalancing;

/// <summary>
/// The same destination for the same key: rendezvous hashing by weight, so that a key moves only
/// when its own destination goes or the one that comes suits it better, with bounded load, so that a popular key
/// does not bury its destination. Slow starts count for nothing here: a share that grows would move keys.
/// </summary>
/// <remarks>
/// Each destination is at a distance of its own from each key, exponentially distributed with the
/// weight as its rate; the nearest that can take the request gets it. Mirrokni, Thorup, Zadimoghaddam:
/// "Consistent Hashing with Bounded Loads"; Thaler, Ravishankar: "Using name-based mappings to increase hit rates".
/// </remarks>
internal sealed class ConsistentHashPolicy(Rosters rosters) : Picker(rosters)
{
    public const string PolicyName = "ConsistentHash";

    public override string Name => PolicyName;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        var (seeds, rates, weights) = lineup.Places;
        var key = lineup.Roster.HashKey.Of(wish.Context);
        var load = lineup.Roster.LoadPerWeight(weights);
        var least = double.PositiveInfinity;
        Candidate? nearest = null;
        for (var i = 0; i < seeds.Length && i < rates.Length; i++)
        {
            var drawn = Draw(key, seeds[i]);
            // Never more than the distance, and without a logarithm: nearly all end here, unasked.
            if (drawn * rates[i] >= least)
                continue;
            var distance = Distance(drawn) * rates[i];
            if (distance >= least || !lineup.Candidates[i].HasRoom(load) || !wish.Takes(lineup.Candidates[i]))
                continue;
            (nearest, least) = (lineup.Candidates[i], distance);
        }
        return nearest;
    }

    // Those that cannot take the request leave their share of the load to the others, who then have room for it.
    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible)
    {
        var weights = 0.0;
        foreach (var candidate in eligible)
            weights += candidate.FullShare;
        var key = roster.HashKey.Of(wish.Context);
        return Nearest(key, eligible, roster.LoadPerWeight(weights)) ?? Nearest(key, eligible, double.PositiveInfinity)!;
    }

    private static Candidate? Nearest(ulong key, ReadOnlySpan<Candidate> candidates, double load)
    {
        var least = double.PositiveInfinity;
        Candidate? nearest = null;
        foreach (var candidate in candidates)
        {
            var distance = Distance(Draw(key, candidate.Seed)) / candidate.FullShare;
            if (distance < least && candidate.HasRoom(load))
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }

    // From 0 to 1, uniform, the same in every gateway.
    private static double Draw(ulong key, ulong seed)
    {
        var high = Math.BigMul(key ^ seed, 0x9E37_79B9_7F4A_7C15, out var low);
        // A signed number becomes a floating one in a single instruction.
        return (long)((high ^ low) >> 11) * (1.0 / (1L << 53));
    }

    private static double Distance(double drawn) => -Math.Log(1 - drawn);
}
