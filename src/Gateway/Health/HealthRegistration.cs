using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Management;
using Gateway.Management.Status;
using Gateway.Routing;
using Gateway.Sockets;
using Gateway.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

internal static class HealthRegistration
{
    /// <summary>TCP probes beside YARP's own checks. Called after YARP is added: who is available is decided with the probes' word.</summary>
    public static WebApplicationBuilder AddHealthChecking(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(TcpProbeSettings.Section);
        builder.Services.AddSettings(HealthSettings.Section);
        builder.Services.AddAdvisor<TcpProbeAdvisor>();
        builder.Services.AddAdvisor<HealthAdvisor>();
        builder.Services.AddConnecting();
        builder.Services.AddSingleton<IConnectProbe, TcpConnect>();
        builder.Services.AddSingleton<ProbedHealth>();
        builder.Services.AddSingleton<UpTimes>();
        builder.Services.AddSingleton<IUpSince>(services => services.GetRequiredService<UpTimes>());
        builder.Services.AddListener<TcpProber>();
        builder.Services.AddSingleton<IClusterChangeListener>(services => services.GetRequiredService<TcpProber>());
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<TcpProber>());
        builder.Services.AddHostedService(services => services.GetRequiredService<TcpProber>());
        builder.Services.AddSingleton<IDestinationGate, TrafficGate>();
        builder.Services.AddListener<EjectionLimit>();
        builder.Services.AddListener<EjectionReload>();
        builder.Services.AddSingleton<IClusterChangeListener>(services => services.GetRequiredService<EjectionReload>());
        builder.Services.Replace(ServiceDescriptor.Singleton<IClusterDestinationsUpdater, DestinationsUpdater>());
        builder.Services.RemoveAll<IAvailableDestinationsPolicy>();
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, HealthyAndUnknown>();
        builder.Services.AddSingleton<IAvailableDestinationsPolicy, HealthyOrPanic>();
        builder.Services.AddSingleton<IProxyConfigFilter, HealthyByDefault>();
        builder.Services.AddMetrics<HealthMetrics>();
        builder.Services.AddSingleton<IDestinationTeller, HealthTeller>();
        builder.Services.AddStatusPart<HealthStatus>();
        return builder;
    }
}
