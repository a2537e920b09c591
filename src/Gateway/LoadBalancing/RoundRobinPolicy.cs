using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

/// <summary>
/// Round robin by weight, smooth. Who cannot take a request loses the turn to whoever's turn is
/// next, so that each of the others goes on getting its own share and none gets two.
/// </summary>
internal sealed class RoundRobinPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.RoundRobin;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        for (var i = 0; i < Tries; i++)
        {
            var next = lineup.NextInTurn();
            if (wish.Takes(next))
                return next;
        }
        return null;
    }

    // Each one's turn grows by its share, the largest is taken and pays the sum of all.
    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible)
    {
        lock (roster.Turns)
        {
            var best = eligible[0];
            var sum = 0.0;
            foreach (var candidate in eligible)
            {
                candidate.Turn += candidate.Share;
                sum += candidate.Share;
                if (candidate.Turn > best.Turn)
                    best = candidate;
            }
            best.Turn -= sum;
            return best;
        }
    }
}
