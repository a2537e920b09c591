using System.Runtime.CompilerServices;
using Gateway.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>The destinations of each cluster with their gates, looked up once a change and not once a request.</summary>
internal sealed class Rosters(IEnumerable<IDestinationGate> gates) : IConfigurationListener
{
    private readonly ConditionalWeakTable<ClusterState, Roster> _rosters = [];
    private volatile Snapshot? _snapshot;

    public IDestinationGate[] Gates { get; } = Checked([.. gates]);

    public void Apply(Snapshot snapshot)
    {
        _snapshot = snapshot;
        // A cluster that gets no request would keep the configuration of its last one.
        _rosters.Clear();
    }

    public Roster Of(ClusterState cluster)
    {
        var snapshot = _snapshot;
        var all = cluster.DestinationsState.AllDestinations;
        if (_rosters.TryGetValue(cluster, out var roster) && roster.IsOf(snapshot, all))
            return roster;
        roster = Make(cluster.ClusterId, snapshot, all);
        _rosters.AddOrUpdate(cluster, roster);
        return roster;
    }

    private Roster Make(string clusterId, Snapshot? snapshot, IReadOnlyList<DestinationState> all)
    {
        var candidates = all.Select(destination => new Candidate(
            destination,
            [.. Gates.Select(gate => gate.TurnstileOf(new(clusterId, destination.DestinationId)))],
            snapshot?.Get(WeightSettings.Section, clusterId, destination.DestinationId)?.Weight ?? 1));
        return new Roster(snapshot, all, [.. candidates], [.. Gates.Select(gate => gate.LineOf(clusterId))]);
    }

    private static IDestinationGate[] Checked(IDestinationGate[] gates) => gates.Length <= Admission.MaxGates ? gates
        : throw new InvalidOperationException($"{gates.Length} gates before a destination are more than the {Admission.MaxGates} that an admission has room for.");
}

/// <summary>The candidates of one cluster under one configuration.</summary>
internal sealed class Roster(
    Snapshot? snapshot, IReadOnlyList<DestinationState> all, Candidate[] candidates, IWaitingLine?[] lines)
{
    private readonly Dictionary<DestinationState, Candidate> _byDestination = candidates.ToDictionary(candidate => candidate.Destination);
    private volatile Aligned? _aligned;

    private sealed record Aligned(IReadOnlyList<DestinationState> Destinations, Candidate[] Candidates);

    /// <summary>The waiting line of each gate, in the gates' order.</summary>
    public IWaitingLine?[] Lines { get; } = lines;

    public bool EqualWeights { get; } = candidates.All(candidate => candidate.Weight == candidates[0].Weight);

    public bool IsOf(Snapshot? other, IReadOnlyList<DestinationState> destinations) =>
        ReferenceEquals(snapshot, other) && ReferenceEquals(all, destinations);

    public Candidate? Find(DestinationState destination) => _byDestination.GetValueOrDefault(destination);

    /// <summary>The candidates of a list of destinations, in its order; the same list again, as YARP gives it until health changes, costs no look-up.</summary>
    public ReadOnlySpan<Candidate> Align(IReadOnlyList<DestinationState> destinations)
    {
        var aligned = _aligned;
        if (aligned is not null && ReferenceEquals(aligned.Destinations, destinations))
            return aligned.Candidates;
        // A destination that came after this roster was made is chosen from the next one.
        aligned = new(destinations, [.. destinations.Select(Find).OfType<Candidate>()]);
        _aligned = aligned;
        return aligned.Candidates;
    }
}
