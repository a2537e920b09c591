using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;
using Yarp.ReverseProxy;

namespace Gateway.Health;

/// <summary>Up or down for every destination, and how often traffic said otherwise.</summary>
internal sealed class HealthMetrics
{
    private readonly IProxyStateLookup _proxy;
    private readonly ProbedHealth _probed;
    private readonly LiveIds _live;

    public HealthMetrics(IMeterFactory meters, IProxyStateLookup proxy, ProbedHealth probed, LiveIds live)
    {
        (_proxy, _probed, _live) = (proxy, probed, live);
        var meter = meters.Create(Meters.Gateway);
        meter.CreateObservableGauge("gateway_destination_healthy", Measure,
            description: "1 when the destination is healthy or not checked, 0 when it is down, even where a limit on ejection keeps it in.");
        meter.CreateObservableCounter("gateway_health_contradictions", Count,
            description: "Times that requests to a destination failed for a while although its probes said up, or succeeded although they said down.");
    }

    private IEnumerable<Measurement<int>> Measure()
    {
        var checkedByYarp = _proxy.GetClusters().Where(cluster => HealthyAndUnknown.IsCheckedByYarp(cluster.Model.Config))
            .ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        foreach (var (id, health) in _probed.All)
        {
            if (!_live.Have(id))
                continue;
            var isDownToYarp = checkedByYarp.Count > 0 && checkedByYarp.TryGetValue(id.Cluster, out var cluster)
                && cluster.Destinations.TryGetValue(id.Destination, out var destination) && HealthyAndUnknown.IsDownToYarp(cluster.Model.Config, destination);
            yield return new(health.IsUp && !isDownToYarp ? 1 : 0, new("cluster", id.Cluster), new("destination", id.Destination));
        }
    }

    // From zero on, so that a first one is seen as an increase; but not for all the destinations that never give cause.
    private IEnumerable<Measurement<long>> Count()
    {
        foreach (var (id, traffic) in _probed.Traffic)
        {
            if (!traffic.WasContradicted || !_live.Have(id))
                continue;
            yield return Contradictions(id, "probe_up_traffic_failing", traffic.Failing);
            yield return Contradictions(id, "probe_down_traffic_succeeding", traffic.Succeeding);
        }
    }

    private static Measurement<long> Contradictions(DestinationId id, string kind, long count) =>
        new(count, new("cluster", id.Cluster), new("destination", id.Destination), new("kind", kind));
}
