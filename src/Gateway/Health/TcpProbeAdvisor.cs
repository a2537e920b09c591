using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>Compares how long a probe may take with how often there is to be one.</summary>
internal sealed class TcpProbeAdvisor : IConfigurationAdvisor
{
    private static readonly string Timeout = $"{TcpProbeSettings.Section.Path}:{nameof(TcpProbeSettings.Timeout)}";
    private static readonly string Interval = $"{TcpProbeSettings.Section.Path}:{nameof(TcpProbeSettings.Interval)}";

    // A destination is probed by one loop: the next probe waits for the one before it.
    public IEnumerable<Advice> Advise(Snapshot snapshot) =>
        from cluster in snapshot.Clusters
        let probe = snapshot.Get(TcpProbeSettings.Section, cluster.ClusterId)
        where probe is { Enabled: true } && probe.Timeout > probe.Interval
        select new Advice(snapshot.PathOf(cluster.ClusterId, Timeout, Interval),
            $"a probe's Timeout of {Quantity.Of(probe.Timeout)} is longer than its Interval of {Quantity.Of(probe.Interval)}, so a backend that hangs is probed every {Quantity.Of(probe.Timeout + probe.Interval)} only and found down late; a Timeout of at most {Quantity.Of(probe.Interval)} would fit.");
}
