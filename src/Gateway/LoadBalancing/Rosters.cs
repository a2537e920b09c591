using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gateway.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>The destinations of each cluster with their gates, looked up once a change and not once a request.</summary>
internal sealed class Rosters(IEnumerable<IDestinationGate> gates, TimeProvider time, IUpSince? upSince = null) : IConfigurationListener
{
    private readonly ConditionalWeakTable<ClusterState, Roster> _rosters = [];
    private readonly ConditionalWeakTable<ClusterState, ClusterMemory> _memories = [];
    private readonly ConditionalWeakTable<DestinationState, InFlight> _loads = [];
    private readonly Lock _making = new();
    private volatile Snapshot? _snapshot;

    public IDestinationGate[] Gates { get; } = Checked([.. gates]);

    public void Apply(Snapshot snapshot)
    {
        _snapshot = snapshot;
        // A cluster that gets no request would keep the configuration of its last one.
        _rosters.Clear();
    }

    public Roster Of(ClusterState cluster) => Of(cluster, cluster.DestinationsState);

    /// <param name="cluster">The cluster.</param>
    /// <param name="destinations">Its destinations as the caller has read them: those that are available are of the same moment then.</param>
    public Roster Of(ClusterState cluster, ClusterDestinationsState destinations)
    {
        var snapshot = _snapshot;
        var model = cluster.Model;
        var all = destinations.AllDestinations;
        if (_rosters.TryGetValue(cluster, out var roster) && roster.IsOf(snapshot, model, all))
            return roster;
        // One for all who come at once: each roster counts turns of its own.
        lock (_making)
        {
            if (_rosters.TryGetValue(cluster, out roster) && roster.IsOf(snapshot, model, all))
                return roster;
            roster = Make(cluster, snapshot, model, all);
            _rosters.AddOrUpdate(cluster, roster);
            return roster;
        }
    }

    private Roster Make(ClusterState cluster, Snapshot? snapshot, ClusterModel model, IReadOnlyList<DestinationState> all)
    {
        var id = cluster.ClusterId;
        var memory = _memories.GetValue(cluster, static _ => new ClusterMemory());
        var hash = snapshot?.Get(ConsistentHashSettings.Section, id) ?? new();
        var slowStart = snapshot?.Get(SlowStartSettings.Section, id)?.SlowStart ?? TimeSpan.Zero;
        // Counting costs every request, and only one policy bounds the load, where it is told to.
        var counts = hash.LoadFactor is not null && ConsistentHashPolicy.PolicyName.Equals(model.Config.LoadBalancingPolicy, StringComparison.OrdinalIgnoreCase);
        var candidates = all.Select(destination => Of(id, snapshot, destination, counts ? LoadOf(destination, memory) : null));
        return new Roster(snapshot, model, all, [.. candidates], [.. Gates.Select(gate => gate.LineOf(id))], memory, time)
        {
            HashKey = new HashKey(hash),
            LoadFactor = hash.LoadFactor ?? double.PositiveInfinity,
            SlowStart = slowStart > TimeSpan.Zero && upSince is not null ? new SlowStart(slowStart, upSince, time) : null,
        };
    }

    private Candidate Of(string clusterId, Snapshot? snapshot, DestinationState destination, InFlight? load) => new(
        destination,
        [.. Gates.Select(gate => gate.TurnstileOf(new(clusterId, destination.DestinationId)))],
        snapshot?.Get(WeightSettings.Section, clusterId, destination.DestinationId)?.Weight ?? 1)
    {
        StreamTurnstiles = [.. Gates.Select(gate => gate.StreamTurnstileOf(new(clusterId, destination.DestinationId)))],
        Load = load,
        // Configuration keys compare without case.
        Seed = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(destination.DestinationId.ToUpperInvariant().AsSpan())),
    };

    private InFlight LoadOf(DestinationState destination, ClusterMemory memory) => _loads.GetValue(destination, _ => new InFlight(memory.All));

    private static IDestinationGate[] Checked(IDestinationGate[] gates) => gates.Length <= Admission.MaxGates ? gates
        : throw new InvalidOperationException($"{gates.Length} gates before a destination are more than the {Admission.MaxGates} that an admission has room for.");
}
