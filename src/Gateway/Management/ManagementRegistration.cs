using Gateway.Configuration;
using Gateway.Management.Events;
using Gateway.Management.Page;
using Gateway.Management.Status;
using Gateway.Management.Traffic;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;

namespace Gateway.Management;

internal static class ManagementRegistration
{
    /// <summary>Health, metrics and status on an endpoint of their own. Called after Kestrel is added, and before whatever is to stop earlier.</summary>
    public static WebApplicationBuilder AddManagement(this WebApplicationBuilder builder)
    {
        var kestrel = builder.Services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        builder.Services.AddSingleton(new ManagementServerType(kestrel));
        builder.Services.AddSingleton<ManagementServer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ManagementServer>());
        builder.Services.AddSettings(ManagementSettings.Section);
        builder.Services.AddListener<ClientAddresses>();
        builder.Services.AddListener<BrowserGuard>();
        AddStatus(builder.Services);
        builder.Services.AddMetrics<ReadinessMetrics>();
        return builder;
    }

    private static void AddStatus(IServiceCollection services)
    {
        services.AddSingleton<TrafficSampler>();
        services.AddStatusPart<GatewayFacts>();
        services.AddStatusPart<ReloadStatus>();
        services.AddStatusPart<Readiness>();
        services.AddStatusPart<InFlightPart>();
        services.AddStatusPart<TrafficPart>();
        services.AddSingleton<StatusDocument>();
        services.AddSingleton<EventListeners>();
        services.AddHostedService<StatusPulse>();
        services.AddSingleton<IManagementResource, StatusResource>();
        services.AddSingleton<IManagementResource, EventsResource>();
        services.AddSingleton<IManagementResource, OpenApiResource>();
        services.AddSingleton<IManagementResource, PageResource>();
    }
}
