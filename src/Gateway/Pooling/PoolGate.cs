using System.Collections.Concurrent;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Refusals;

namespace Gateway.Pooling;

/// <summary>Bounds the requests that each destination serves at once.</summary>
internal sealed class PoolGate : IDestinationGate, IConfigurationListener
{
    private readonly ConcurrentDictionary<string, WaitingLine> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly LiveStates<PermitPool> _pools;
    private readonly TimeProvider _time;

    public PoolGate(TimeProvider time)
    {
        _time = time;
        _pools = new(id => new PermitPool(Line(id.Cluster)), static pool => pool.IsHeld);
    }

    public int Hope => 2;

    public IEnumerable<KeyValuePair<DestinationId, PermitPool>> Pools => _pools.All;

    /// <summary>For those who only look: what is gone does not come back by it.</summary>
    public PermitPool Look(DestinationId id) => _pools.Find(id) ?? new PermitPool(new WaitingLine(_time));

    /// <summary>The requests of a cluster that wait; null for one that is gone.</summary>
    public WaitingLine? Look(string clusterId) => _lines.GetValueOrDefault(clusterId);

    public ITurnstile TurnstileOf(DestinationId id) => _pools.Get(id);

    public ITurnstile StreamTurnstileOf(DestinationId id) => _pools.Get(id).Streams;

    public IWaitingLine? LineOf(string clusterId) => Line(clusterId);

    public void Apply(Snapshot snapshot)
    {
        foreach (var cluster in snapshot.Clusters)
            Line(cluster.ClusterId).Settings = snapshot.Get(PoolSettings.Section, cluster.ClusterId)!;
        _pools.Follow(snapshot, (id, pool) => (pool.Permits, pool.Streams.Limit) =
            snapshot.Get(PoolSettings.Section, id.Cluster) is { Enabled: true } settings
                ? (settings.PermitsPerDestination, settings.StreamsPerDestination) : (int.MaxValue, int.MaxValue));
    }

    public void Settled(Snapshot snapshot)
    {
        _pools.Settle(snapshot);
        var clusters = snapshot.Clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // A pool that is held tells its line of each permit that comes back, also when its cluster is there again.
        clusters.UnionWith(_pools.Gone.Select(id => id.Cluster));
        foreach (var gone in _lines.Keys.Where(id => !clusters.Contains(id)))
            _lines.TryRemove(gone, out _);
        // What was saved may let a request in, or leave nothing to wait for.
        foreach (var (_, line) in _lines)
            line.Signal();
    }

    public Refusal Refuse(IReadOnlyList<ITurnstile> closed) => Exhausted;

    private WaitingLine Line(string clusterId) => _lines.GetOrAdd(clusterId, static (_, time) => new WaitingLine(time), _time);

    private static readonly Refusal Exhausted = new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Title = "Pool exhausted",
        Gate = "pool",
        ProxyStatusError = "connection_limit_reached",
        GrpcStatus = Refusal.GrpcUnavailable,
        Detail = "Every backend that could serve this request has as many requests as it may have at once.",
        RetryAfter = 1,
    };
}
