using System.Collections.Concurrent;
using System.Collections.Frozen;
using Gateway.Configuration;

namespace Gateway.Forwarding;

/// <summary>What forwarding keeps for each cluster, by id: its retry budget, its time-outs and how old its connections become.</summary>
internal sealed class ClusterForwarding(TimeProvider time) : IConfigurationListener
{
    private const string ConnectionLifetime = "Pool:ConnectionLifetime";

    private readonly ConcurrentDictionary<string, State> _clusters = new(StringComparer.OrdinalIgnoreCase);

    // Of those routes that have a word of their own.
    private volatile FrozenDictionary<string, TimeoutSettings> _routes = FrozenDictionary<string, TimeoutSettings>.Empty;

    internal sealed class State(TimeProvider time)
    {
        private volatile TimeoutSettings _timeouts = new();

        /// <summary>How old a connection may become; none of its own where no pool is.</summary>
        public TimeSpan ConnectionLifetime { get; set; } = Timeout.InfiniteTimeSpan;

        /// <summary>The lifetime of connections that the cluster's client was made with: it takes no other.</summary>
        public TimeSpan LifetimeOfClient { get; set; }

        public RetryBudget Budget { get; } = new(time);

        public TimeoutSettings Timeouts
        {
            get => _timeouts;
            set => _timeouts = value;
        }
    }

    public State Of(string clusterId) => _clusters.TryGetValue(clusterId, out var state) ? state : _clusters.GetOrAdd(clusterId, static (_, time) => new State(time), time);

    /// <summary>The time-outs of a route's requests: the route's own, else its cluster's.</summary>
    public TimeoutSettings TimeoutsOf(string routeId, State cluster) =>
        _routes.Count > 0 && _routes.TryGetValue(routeId, out var own) ? own : cluster.Timeouts;

    public void Apply(Snapshot snapshot)
    {
        foreach (var cluster in snapshot.Clusters)
        {
            var state = Of(cluster.ClusterId);
            state.Budget.Settings = snapshot.Get(RetrySettings.Section, cluster.ClusterId)!;
            state.ConnectionLifetime = snapshot.Find<TimeSpan>(cluster.ClusterId, ConnectionLifetime) ?? Timeout.InfiniteTimeSpan;
            state.Timeouts = snapshot.Get(TimeoutSettings.Section, cluster.ClusterId)!;
        }
        _routes = RouteTimeoutSettings.Of(snapshot).ToFrozenDictionary(
            pair => pair.Route.RouteId, pair => pair.Timeouts, StringComparer.OrdinalIgnoreCase);
    }

    public void Settled(Snapshot snapshot)
    {
        var ids = snapshot.Clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var gone in _clusters.Keys.Where(id => !ids.Contains(id)))
            _clusters.TryRemove(gone, out _);
    }
}
