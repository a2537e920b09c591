using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

/// <summary>The first destination by name: the others are its reserve. A weight other than 0 means nothing here.</summary>
internal sealed class FirstAlphabeticalPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.FirstAlphabetical;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        foreach (var candidate in lineup.ByName)
        {
            if (wish.Takes(candidate))
                return candidate;
        }
        return null;
    }

    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible)
    {
        var first = eligible[0];
        foreach (var candidate in eligible)
        {
            if (Candidate.CompareNames(candidate, first) < 0)
                first = candidate;
        }
        return first;
    }
}
