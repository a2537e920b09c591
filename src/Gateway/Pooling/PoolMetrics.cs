using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;

namespace Gateway.Pooling;

/// <summary>The permits of every destination, those in use, and its streams.</summary>
internal sealed class PoolMetrics
{
    private readonly PoolGate _gate;
    private readonly LiveIds _live;

    public PoolMetrics(IMeterFactory meters, PoolGate gate, LiveIds live)
    {
        (_gate, _live) = (gate, live);
        var meter = meters.Create(Meters.Gateway);
        meter.CreateObservableGauge("gateway_pool_permits", () => Pools.Where(pool => pool.Value.Permits < int.MaxValue).Select(pool => Of(pool.Key, pool.Value.Permits)),
            description: "The requests that a destination may serve at once.");
        meter.CreateObservableGauge("gateway_pool_permits_in_use", () => Pools.Select(pool => Of(pool.Key, pool.Value.InUse)),
            description: "The requests that a destination serves now.");
        meter.CreateObservableGauge("gateway_pool_streams_in_use", () => gate.Pools.Select(pool => Of(pool.Key, pool.Value.Streams.InUse)),
            description: "The WebSockets and event streams that a destination serves now beside its permits.");
    }

    private IEnumerable<KeyValuePair<DestinationId, PermitPool>> Pools => _gate.Pools.Where(pool => _live.Have(pool.Key));

    private static Measurement<int> Of(DestinationId id, int value) => new(value, new("cluster", id.Cluster), new("destination", id.Destination));
}
