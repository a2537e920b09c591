using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Management;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

internal static class HealthGate
{
    /// <summary>TCP probes beside YARP's own checks. Called after YARP is added: who is available is decided with the probes' word.</summary>
    public static WebApplicationBuilder AddHealthChecking(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(TcpProbeSettings.Section);
        builder.Services.AddSingleton<IConnectProbe, TcpConnect>();
        builder.Services.AddSingleton<ProbedHealth>();
        builder.Services.AddListener<TcpProber>();
        builder.Services.AddSingleton<IClusterChangeListener>(services => services.GetRequiredService<TcpProber>());
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<TcpProber>());
        builder.Services.AddHostedService(services => services.GetRequiredService<TcpProber>());
        builder.Services.RemoveAll<IAvailableDestinationsPolicy>();
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, HealthyAndUnknown>();
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, HealthyOrPanic>();
        builder.Services.AddSingleton<IProxyConfigFilter, HealthyByDefault>();
        builder.Services.AddMetrics<HealthMetrics>();
        return builder;
    }
}

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
