namespace Gateway.LoadBalancing;

/// <summary>
/// The same destination for the same key: rendezvous hashing by weight, so that a key moves only
/// when its own destination goes or the one that comes suits it better; where a load factor is set, with bounded
/// load, so that a popular key does not bury its destination. Slow starts count for nothing here: a share that grows would move keys.
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
        var places = lineup.Places;
        var key = lineup.Roster.HashKey.Of(wish.Context);
        var load = lineup.Roster.LoadPerWeight(places.Weights);
        var least = double.PositiveInfinity;
        Candidate? nearest = null;
        var at = 0;
        while ((at = places.SkipFarther(at, key, least)) < lineup.Candidates.Length)
        {
            var candidate = lineup.Candidates[at];
            var distance = HashPlaces.DistanceOf(key, candidate);
            if (distance < least && candidate.HasRoom(load) && wish.Takes(candidate))
                (nearest, least) = (candidate, distance);
            at++;
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
            var distance = HashPlaces.DistanceOf(key, candidate);
            if (distance < least && candidate.HasRoom(load))
                (nearest, least) = (candidate, distance);
        }
        return nearest;
    }
}
