using Gateway.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>The candidates of one cluster under one configuration.</summary>
internal sealed class Roster(
    Snapshot? snapshot, ClusterModel model, IReadOnlyList<DestinationState> all, Candidate[] candidates, IWaitingLine?[] lines, ClusterMemory memory,
    TimeProvider time)
{
    private readonly Dictionary<DestinationState, Candidate> _byDestination = candidates.ToDictionary(candidate => candidate.Destination);
    private readonly Lock _making = new();
    private volatile Lineup? _lineup;
    private volatile Lineup? _before;

    /// <summary>The waiting line of each gate, in the gates' order.</summary>
    public IWaitingLine?[] Lines { get; } = lines;

    /// <summary>The cluster's policy, once it was looked up.</summary>
    public ILoadBalancingPolicy? Policy { get; set; }

    /// <summary>Guards the turns of the candidates.</summary>
    public Lock Turns => memory.Turns;

    /// <summary>What requests are hashed by.</summary>
    public required HashKey HashKey { get; init; }

    /// <summary>How far above its share a destination may be loaded; infinite where that is not bounded.</summary>
    public required double LoadFactor { get; init; }

    /// <summary>How shares begin; null where they are whole at once.</summary>
    public required SlowStart? SlowStart { get; init; }

    public bool IsOf(Snapshot? other, ClusterModel now, IReadOnlyList<DestinationState> destinations) =>
        ReferenceEquals(snapshot, other) && ReferenceEquals(model, now) && ReferenceEquals(all, destinations);

    public Candidate? Find(DestinationState destination) => _byDestination.GetValueOrDefault(destination);

    /// <summary>Numbers the turns of the cluster, from 0.</summary>
    public ulong NextTicket() => Interlocked.Increment(ref memory.Tickets) - 1;

    /// <summary>The load that a weight of 1 may have when one more request comes.</summary>
    public double LoadPerWeight(double weights) => LoadFactor * (memory.All.Count + 1) / weights;

    /// <summary>
    /// The line-up of a list of destinations. YARP gives the same list until health changes; a request
    /// that waits or is tried again may still hold the one before.
    /// </summary>
    public Lineup LineUp(IReadOnlyList<DestinationState> destinations, bool affine)
    {
        var lineup = _lineup;
        if (lineup is not null && lineup.IsOf(destinations, affine) && IsCurrent(lineup))
            return lineup;
        if (destinations.Count == 1 && Find(destinations[0]) is { } only && (affine || only.Weight > 0))
            return only.Alone;
        var before = _before;
        if (before is not null && before.IsOf(destinations, affine) && IsCurrent(before))
            return before;
        return Make(destinations, affine);
    }

    private Lineup Make(IReadOnlyList<DestinationState> destinations, bool affine)
    {
        // One for all who come at once: each line-up counts turns of its own.
        lock (_making)
        {
            var lineup = _lineup;
            if (lineup is not null && lineup.IsOf(destinations, affine) && IsCurrent(lineup))
                return lineup;
            if (lineup is not null && !lineup.IsOf(destinations, affine))
                _before = lineup;
            // A destination that came after this roster was made is chosen from the next one.
            return _lineup = Lineup.Of(this, destinations, affine);
        }
    }

    private bool IsCurrent(Lineup lineup) => lineup.Until == long.MaxValue || time.GetTimestamp() < lineup.Until;
}

/// <summary>What of a cluster outlives its configurations.</summary>
internal sealed class ClusterMemory
{
    public readonly Lock Turns = new();
    public readonly InFlight All = new(whole: null);
    public ulong Tickets;
}
