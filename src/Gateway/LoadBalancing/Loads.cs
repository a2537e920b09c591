using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>
/// What finding the least loaded candidate reads of each of them, side by side: with a thousand, following one
/// reference more for each costs as much as all else.
/// </summary>
internal sealed class Loads(Candidate[] candidates)
{
    private readonly DestinationState[] _destinations = Array.ConvertAll(candidates, candidate => candidate.Destination);
    private readonly double[] _shares = Array.ConvertAll(candidates, candidate => candidate.Share);
    private readonly double _greatestShare = candidates.Max(candidate => candidate.Share);

    /// <summary>The one with the fewest requests in proportion to its share of those that can take the request; null when none can.</summary>
    public Candidate? FindLeast(in Wish wish)
    {
        // Beginning anywhere, so that equals share what the first of them would otherwise get alone.
        var begin = Random.Shared.Next(_destinations.Length);
        var least = new Least(null, double.PositiveInfinity, 1);
        Look(begin, _destinations.Length, wish, ref least);
        Look(0, begin, wish, ref least);
        return least.Candidate;
    }

    private void Look(int at, int end, in Wish wish, ref Least least)
    {
        while ((at = SkipHeavier(at, end, least.Load, least.Share)) < end)
        {
            if (wish.Takes(candidates[at]))
                least = new Least(candidates[at], _destinations[at].ConcurrentRequestCount + 1, _shares[at]);
            at++;
        }
    }

    // A method of its own, so that all it works with stays in registers.
    private int SkipHeavier(int at, int end, double load, double share)
    {
        // None is lighter than one without requests that has the greatest share.
        if (load * _greatestShare <= share)
            return end;
        // A count is a volatile read, after which fields would be read anew.
        var destinations = _destinations;
        var shares = _shares;
        while (at < end && (destinations[at].ConcurrentRequestCount + 1) * share >= load * shares[at])
            at++;
        return at;
    }

    /// <param name="Candidate">The lightest so far.</param>
    /// <param name="Load">Its requests, and the one that is to come.</param>
    /// <param name="Share">Its share.</param>
    private readonly record struct Least(Candidate? Candidate, double Load, double Share);
}
