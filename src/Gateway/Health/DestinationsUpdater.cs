using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Gateway.LoadBalancing;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>
/// Finds a cluster's available destinations whenever health or configuration changed, one change at a time, and
/// tells those who wait. YARP's own reads the list of all destinations before its lock: a probe's word that met
/// a save would put the list of before the save back. Thread-safe.
/// </summary>
internal sealed class DestinationsUpdater(IEnumerable<IAvailableDestinationsPolicy> policies, WaitingLines waiting) : IClusterDestinationsUpdater
{
    private readonly FrozenDictionary<string, IAvailableDestinationsPolicy> _policies =
        policies.ToFrozenDictionary(policy => policy.Name, StringComparer.OrdinalIgnoreCase);

    private readonly ConditionalWeakTable<ClusterState, Place> _places = [];

    private sealed class Place
    {
        public readonly Lock Lock = new();
        private bool _awaited;

        /// <summary>Whether an update is still to begin, which will see what changed until then.</summary>
        public bool IsAwaited() => Interlocked.Exchange(ref _awaited, true);

        public void Begin() => Interlocked.Exchange(ref _awaited, false);
    }

    public void UpdateAvailableDestinations(ClusterState cluster)
    {
        var place = PlaceOf(cluster);
        // A thousand destinations that change together need one look, not a thousand.
        if (!place.IsAwaited())
            Update(cluster, place, static cluster => cluster.DestinationsState.AllDestinations);
    }

    public void UpdateAllDestinations(ClusterState cluster) =>
        Update(cluster, PlaceOf(cluster), static cluster => [.. cluster.Destinations.Values]);

    private Place PlaceOf(ClusterState cluster) => _places.GetValue(cluster, static _ => new Place());

    private void Update(ClusterState cluster, Place place, Func<ClusterState, IReadOnlyList<DestinationState>> findAll)
    {
        lock (place.Lock)
        {
            place.Begin();
            var config = cluster.Model.Config;
            var all = findAll(cluster);
            cluster.DestinationsState = new(all, PolicyOf(config.HealthCheck?.AvailableDestinationsPolicy).GetAvailalableDestinations(config, all));
        }
        waiting.Signal(cluster.ClusterId);
    }

    private IAvailableDestinationsPolicy PolicyOf(string? name) =>
        _policies[name is { Length: > 0 } ? name : HealthCheckConstants.AvailableDestinations.HealthyOrPanic];
}
