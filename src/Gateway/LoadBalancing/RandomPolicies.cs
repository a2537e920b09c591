using Yarp.ReverseProxy.LoadBalancing;

namespace Gateway.LoadBalancing;

/// <summary>A destination at random, by weight.</summary>
internal sealed class RandomPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.Random;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        for (var i = 0; i < Tries; i++)
        {
            var drawn = lineup.Candidates[lineup.Draw()];
            if (wish.Takes(drawn))
                return drawn;
        }
        return null;
    }

    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible) => eligible[Drawing.ByShare(eligible)];
}

/// <summary>The less loaded of two destinations that are drawn by weight; load counts in proportion to weight.</summary>
internal sealed class PowerOfTwoChoicesPolicy(Rosters rosters) : Picker(rosters)
{
    public override string Name => LoadBalancingPolicies.PowerOfTwoChoices;

    public override Candidate? Pick(in Wish wish, Lineup lineup)
    {
        // Of two, there is no other pair to draw.
        for (var i = lineup.Candidates.Length > 2 ? Tries : 1; i > 0; i--)
        {
            var first = lineup.Draw();
            var one = lineup.Candidates[first];
            var other = lineup.Candidates[lineup.Draw(except: first)];
            if (wish.Takes(one) && wish.Takes(other))
                return other.IsLessLoadedThan(one) ? other : one;
        }
        return null;
    }

    public override Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible)
    {
        var first = Drawing.ByShare(eligible);
        if (eligible.Length == 1)
            return eligible[first];
        var second = Drawing.ByShare(eligible, except: first);
        return eligible[second].IsLessLoadedThan(eligible[first]) ? eligible[second] : eligible[first];
    }
}

internal static class Drawing
{
    /// <summary>The index of a candidate, drawn by share.</summary>
    public static int ByShare(ReadOnlySpan<Candidate> candidates, int except = -1)
    {
        var sum = 0.0;
        for (var i = 0; i < candidates.Length; i++)
            sum += i == except ? 0 : candidates[i].Share;
        var drawn = Random.Shared.NextDouble() * sum;
        var last = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (i == except)
                continue;
            drawn -= candidates[i].Share;
            last = i;
            if (drawn < 0)
                break;
        }
        return last;
    }
}
