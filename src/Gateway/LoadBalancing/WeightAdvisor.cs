using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.LoadBalancing;

/// <summary>Finds clusters that routes lead to and that have nobody to take a request.</summary>
internal sealed class WeightAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var used = snapshot.Routes.Select(route => route.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return snapshot.Clusters.Where(cluster => used.Contains(cluster.ClusterId) && !TakesRequests(snapshot, cluster)).Select(Of);
    }

    private static bool TakesRequests(Snapshot snapshot, ClusterConfig cluster) =>
        cluster.Destinations?.Keys.Any(id => snapshot.Get(WeightSettings.Section, cluster.ClusterId, id)?.Weight is not 0) is true;

    private static Advice Of(ClusterConfig cluster) => new($"{ClusterPaths.Of(cluster.ClusterId)}:Destinations", cluster.Destinations is { Count: > 0 }
        ? "every destination has Weight 0 and takes no new requests, so each request to this cluster is refused with 502; a Weight of at least 1 for one of them would fit."
        : "the cluster has no destination, so each request to it is refused with 502; at least one destination would fit.");
}
