using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Management.Status;
using Gateway.Routing;
using Gateway.Telemetry;

namespace Gateway.CircuitBreaking;

internal static class CircuitBreakingRegistration
{
    public static WebApplicationBuilder AddCircuitBreaking(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(CircuitBreakerSettings.Section);
        builder.Services.AddAdvisor<CircuitBreakerAdvisor>();
        builder.Services.AddListener<CircuitGate>();
        builder.Services.AddSingleton<IDestinationGate>(services => services.GetRequiredService<CircuitGate>());
        builder.Services.AddMetrics<CircuitMetrics>();
        builder.Services.AddSingleton<IDestinationTeller, CircuitTeller>();
        builder.Services.AddStatusPart<CircuitStatus>();
        return builder;
    }
}
