using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Health;

/// <summary>Finds limits on ejection under which checks have no effect.</summary>
internal sealed class HealthAdvisor : IConfigurationAdvisor
{
    private static readonly string MaxEjectedPercent = $"{HealthSettings.Section.Path}:{nameof(HealthSettings.MaxEjectedPercent)}";

    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.Clusters
        .Where(cluster => IsChecked(snapshot, cluster))
        .Select(cluster => Percentage.AdviseOfNone(snapshot, cluster.ClusterId, MaxEjectedPercent,
            snapshot.Get(HealthSettings.Section, cluster.ClusterId)!.MaxEjectedPercent, "requests go to a destination however long its checks have found it down"))
        .OfType<Advice>();

    private static bool IsChecked(Snapshot snapshot, ClusterConfig cluster) =>
        snapshot.Get(TcpProbeSettings.Section, cluster.ClusterId) is { Enabled: true }
        || cluster.HealthCheck is { Active.Enabled: true } or { Passive.Enabled: true };
}
