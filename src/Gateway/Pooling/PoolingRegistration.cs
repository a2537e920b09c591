using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Management.Status;
using Gateway.Routing;
using Gateway.Telemetry;

namespace Gateway.Pooling;

internal static class PoolingRegistration
{
    public static WebApplicationBuilder AddPooling(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(PoolSettings.Section);
        builder.Services.AddAdvisor<PoolAdvisor>();
        builder.Services.AddListener<PoolGate>();
        builder.Services.AddSingleton<IDestinationGate>(services => services.GetRequiredService<PoolGate>());
        builder.Services.AddMetrics<PoolMetrics>();
        builder.Services.AddSingleton<IDestinationTeller, PoolTeller>();
        builder.Services.AddStatusPart<PoolStatus>();
        builder.Services.AddStatusPart<StreamStatus>();
        return builder;
    }
}
