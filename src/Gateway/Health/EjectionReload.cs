using System.Collections.Concurrent;
using Gateway.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>Has a cluster's available destinations found anew when a save changes the limit on ejection, which is nothing of YARP's.</summary>
internal sealed class EjectionReload(EjectionLimit limit, IClusterDestinationsUpdater updater) : IConfigurationListener, IClusterChangeListener
{
    private readonly ConcurrentDictionary<ClusterState, int?> _percents = new();

    // Called after the limit has taken the configuration.
    public void Apply(Snapshot snapshot)
    {
        foreach (var (cluster, before) in _percents)
        {
            if (limit.PercentOf(cluster.ClusterId) is not { } percent || percent == before)
                continue;
            _percents[cluster] = percent;
            updater.UpdateAvailableDestinations(cluster);
        }
    }

    public void OnClusterAdded(ClusterState cluster) => _percents[cluster] = limit.PercentOf(cluster.ClusterId);

    public void OnClusterChanged(ClusterState cluster)
    {
    }

    public void OnClusterRemoved(ClusterState cluster) => _percents.TryRemove(cluster, out _);
}
