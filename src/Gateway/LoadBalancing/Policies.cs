using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>
/// Round robin by weight, smooth: each destination's turn grows by its weight, the largest is taken
/// and pays the sum of all, so that 3 : 1 gives a a b a and not a a a b.
/// </summary>
internal sealed class RoundRobinPolicy(Rosters rosters) : ILoadBalancingPolicy
{
    private readonly ConditionalWeakTable<ClusterState, Counter> _counters = [];

    private sealed class Counter
    {
        public readonly Lock Turns = new();
        public uint Next;
    }

    public string Name => LoadBalancingPolicies.RoundRobin;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var counter = _counters.GetValue(cluster, static _ => new Counter());
        var roster = rosters.Of(cluster);
        if (roster.EqualWeights)
            return availableDestinations[(int)((Interlocked.Increment(ref counter.Next) - 1) % (uint)availableDestinations.Count)];
        lock (counter.Turns)
            return TakeTurn(roster, availableDestinations);
    }

    private static DestinationState? TakeTurn(Roster roster, IReadOnlyList<DestinationState> destinations)
    {
        Candidate? best = null;
        long sum = 0;
        for (var i = 0; i < destinations.Count; i++)
        {
            if (roster.Find(destinations[i]) is not { } candidate)
                continue;
            var weight = Load.WeightOf(roster, candidate.Destination);
            candidate.Turn += weight;
            sum += weight;
            if (best is null || candidate.Turn > best.Turn)
                best = candidate;
        }
        if (best is null)
            return null;
        best.Turn -= sum;
        return best.Destination;
    }
}

/// <summary>A destination at random, by weight.</summary>
internal sealed class RandomPolicy(Rosters rosters) : ILoadBalancingPolicy
{
    public string Name => LoadBalancingPolicies.Random;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
        availableDestinations[Draw.ByWeight(rosters.Of(cluster), availableDestinations)];
}

/// <summary>The less loaded of two destinations that are drawn by weight; load counts in proportion to weight.</summary>
internal sealed class PowerOfTwoChoicesPolicy(Rosters rosters) : ILoadBalancingPolicy
{
    public string Name => LoadBalancingPolicies.PowerOfTwoChoices;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var roster = rosters.Of(cluster);
        var first = Draw.ByWeight(roster, availableDestinations);
        var second = Draw.ByWeight(roster, availableDestinations, except: first);
        return Load.IsLess(roster, availableDestinations[second], availableDestinations[first])
            ? availableDestinations[second] : availableDestinations[first];
    }
}

/// <summary>The destination with the fewest requests in proportion to its weight.</summary>
internal sealed class LeastRequestsPolicy(Rosters rosters) : ILoadBalancingPolicy
{
    public string Name => LoadBalancingPolicies.LeastRequests;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var roster = rosters.Of(cluster);
        // Beginning anywhere, so that equals share what the first of them would otherwise get alone.
        var start = Random.Shared.Next(availableDestinations.Count);
        var best = availableDestinations[start];
        for (var i = 1; i < availableDestinations.Count; i++)
        {
            var other = availableDestinations[(start + i) % availableDestinations.Count];
            if (Load.IsLess(roster, other, best))
                best = other;
        }
        return best;
    }
}

/// <summary>The first destination by name: the others are its reserve. A weight other than 0 means nothing here.</summary>
internal sealed class FirstAlphabeticalPolicy : ILoadBalancingPolicy
{
    public string Name => LoadBalancingPolicies.FirstAlphabetical;

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var first = availableDestinations[0];
        for (var i = 1; i < availableDestinations.Count; i++)
        {
            if (string.Compare(availableDestinations[i].DestinationId, first.DestinationId, StringComparison.OrdinalIgnoreCase) < 0)
                first = availableDestinations[i];
        }
        return first;
    }
}

internal static class Draw
{
    /// <summary>The index of a destination, drawn by weight.</summary>
    public static int ByWeight(Roster roster, IReadOnlyList<DestinationState> destinations, int except = -1)
    {
        var sum = 0;
        for (var i = 0; i < destinations.Count; i++)
            sum += i == except ? 0 : Load.WeightOf(roster, destinations[i]);
        var drawn = Random.Shared.Next(sum);
        for (var i = 0; i < destinations.Count; i++)
        {
            drawn -= i == except ? 0 : Load.WeightOf(roster, destinations[i]);
            if (drawn < 0)
                return i;
        }
        return destinations.Count - 1;
    }
}

internal static class Load
{
    // Destinations of weight 0 come here only for a client that is bound to them; then they count like any other.
    public static int WeightOf(Roster roster, DestinationState destination) => Math.Max(1, roster.Find(destination)?.Weight ?? 1);

    // a/weight(a) < b/weight(b), without the division.
    public static bool IsLess(Roster roster, DestinationState a, DestinationState b) =>
        (long)(a.ConcurrentRequestCount + 1) * WeightOf(roster, b) < (long)(b.ConcurrentRequestCount + 1) * WeightOf(roster, a);
}
