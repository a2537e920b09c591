using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>
/// Finds the destinations that a cluster's checks leave in: those that nothing was found against, and
/// of the others the latest where too many would be out. YARP asks for one cluster at a time.
/// </summary>
internal sealed class EjectionLimit(ProbedHealth probed, ILogger<EjectionLimit> logger) : IConfigurationListener
{
    private volatile Snapshot? _snapshot;
    private long _order;

    private readonly record struct Down(DestinationState Destination, DestinationHealth? Health)
    {
        // A destination that no configuration has any more is the last to be taken out.
        public long Order => Health?.Ejection.Order ?? long.MaxValue;
    }

    public void Apply(Snapshot snapshot) => _snapshot = snapshot;

    /// <summary>The limit in force; null for a cluster that is not configured.</summary>
    public int? PercentOf(string clusterId) => _snapshot?.Get(HealthSettings.Section, clusterId)?.MaxEjectedPercent;

    public IReadOnlyList<DestinationState> FindAvailable(ClusterConfig cluster, IReadOnlyList<DestinationState> all)
    {
        var down = FindDown(cluster, all);
        if (down.Count == 0)
            return [.. all];
        var percent = PercentOf(cluster.ClusterId) ?? 100;
        var allowed = Percentage.Of(all.Count, percent);
        var ejected = down.OrderBy(static one => one.Order).Take(allowed).Select(static one => one.Destination).ToHashSet();
        foreach (var (destination, health) in down)
        {
            if (health?.Ejection.KeepIn(!ejected.Contains(destination)) is true)
                HealthLog.KeptIn(logger, destination.DestinationId, cluster.ClusterId, percent, allowed, all.Count);
        }
        return [.. all.Where(destination => !ejected.Contains(destination))];
    }

    private List<Down> FindDown(ClusterConfig cluster, IReadOnlyList<DestinationState> all)
    {
        var down = new List<Down>();
        foreach (var destination in all)
        {
            var health = probed.Find(cluster.ClusterId, destination.DestinationId);
            if (!HealthyAndUnknown.IsHealthy(probed, cluster, destination))
                down.Add(new(destination, health));
            else
                health?.Ejection.End();
        }
        // Where several are found at once, the probes know which of them was first; the others were found just now.
        foreach (var one in down.Where(static one => one.Order == 0).OrderBy(static one => one.Health!.IsUp ? long.MaxValue : one.Health.Standing.Since))
            one.Health!.Ejection.Begin(Interlocked.Increment(ref _order));
        return down;
    }
}
