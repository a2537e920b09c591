using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

/// <summary>The destination with the fewest requests in proportion to its weight.</summary>
internal sealed class LeastRequestsPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.LeastRequests;

    public override Candidate? Pick(in Wish wish, Lineup lineup) => lineup.Loads.FindLeast(wish);

    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible)
    {
        // Beginning anywhere, as the equals do whom nobody refuses.
        var at = Random.Shared.Next(eligible.Length);
        var best = eligible[at];
        for (var i = 1; i < eligible.Length; i++)
        {
            if (++at == eligible.Length)
                at = 0;
            if (eligible[at].IsLessLoadedThan(best))
                best = eligible[at];
        }
        return best;
    }
}
