using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>
/// A policy that picks from a line-up and asks only those whether they can take the request that it
/// is about to pick: with a thousand destinations, asking all of them costs more than all else.
/// </summary>
internal abstract class Picker(Rosters rosters) : ILoadBalancingPolicy
{
    /// <summary>How many that cannot take the request are passed over before all are asked.</summary>
    protected const int Tries = 16;

    public abstract string Name { get; }

    /// <summary>Picks one that can take the request; null when that was not found at once and all have to be asked.</summary>
    public abstract Candidate? Pick(in Wish wish, Lineup lineup);

    /// <summary>Picks one of those that can take the request, at least one.</summary>
    public abstract Candidate PickAmong(in Wish wish, Roster roster, ReadOnlySpan<Candidate> eligible);

    public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var roster = rosters.Of(cluster);
        Candidate[] eligible = [.. availableDestinations.Select(roster.Find).OfType<Candidate>()];
        return eligible.Length == 0 ? null
            : PickAmong(new Wish(context, cluster, availableDestinations, Affine: false, Tried: null), roster, eligible).Destination;
    }
}
