using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

/// <summary>The destination with the fewest requests in proportion to its weight.</summary>
internal sealed class LeastRequestsPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.LeastRequests;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        var least = LeastOf(lineup.Candidates);
        return wish.Takes(least) ? least : null;
    }

    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible) => LeastOf(eligible);

    private static Candidate LeastOf(ReadOnlySpan<Candidate> candidates)
    {
        // Beginning anywhere, so that equals share what the first of them would otherwise get alone.
        var at = Random.Shared.Next(candidates.Length);
        var best = candidates[at];
        for (var i = 1; i < candidates.Length; i++)
        {
            if (++at == candidates.Length)
                at = 0;
            if (candidates[at].IsLessLoadedThan(best))
                best = candidates[at];
        }
        return best;
    }
}
