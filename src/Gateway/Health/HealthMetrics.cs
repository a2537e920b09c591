using System.Diagnostics.Metrics;
using Gateway.Telemetry;
using Yarp.ReverseProxy;

namespace Gateway.Health;

/// <summary>Up or down, for every destination.</summary>
internal sealed class HealthMetrics
{
    private readonly IProxyStateLookup _proxy;
    private readonly ProbedHealth _probed;

    public HealthMetrics(IMeterFactory meters, IProxyStateLookup proxy, ProbedHealth probed)
    {
        (_proxy, _probed) = (proxy, probed);
        meters.Create(Meters.Gateway).CreateObservableGauge("gateway_destination_healthy", Measure,
            description: "1 when requests may go to the destination, 0 when it is down.");
    }

    private IEnumerable<Measurement<int>> Measure()
    {
        foreach (var cluster in _proxy.GetClusters())
        {
            foreach (var destination in cluster.DestinationsState.AllDestinations)
            {
                yield return new(HealthyAndUnknown.IsHealthy(_probed, cluster.Model.Config, destination) ? 1 : 0,
                    new("cluster", cluster.ClusterId), new("destination", destination.DestinationId));
            }
        }
    }
}
