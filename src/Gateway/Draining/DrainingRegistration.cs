using Gateway.Configuration;
using Gateway.Draining.Farewells;
using Gateway.Forwarding;
using Gateway.Management;
using Gateway.Management.Status;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Draining;

internal static class DrainingRegistration
{
    public static WebApplicationBuilder AddDraining(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(DrainSettings.Section);
        builder.Services.AddAdvisor<DrainAdvisor>();
        builder.Services.AddListener<DrainState>();
        builder.Services.AddSingleton<IReadiness>(services => services.GetRequiredService<DrainState>());
        builder.Services.AddSingleton<InFlight>();
        builder.Services.AddObserver<InFlight>();
        builder.Services.AddWitness<InFlight>();
        builder.Services.AddSingleton<IInFlightReport, InFlightReport>();
        builder.Services.AddStatusPart<DrainStatus>();
        builder.Services.AddSingleton<DrainableTransport>();
        // The last transport that is registered is the first that Kestrel asks.
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => services.GetRequiredService<DrainableTransport>());
        builder.Services.AddSingleton<IEventStreams, EventStreams>();
        builder.Services.AddHostedService<DrainService>();
        builder.Services.AddSingleton<IHostLifetime, DrainLifetime>();
        return builder;
    }

    /// <summary>From here on what becomes a WebSocket is told when the gateway goes away.</summary>
    public static void UseFarewells(this WebApplication app) => app.UseMiddleware<WebSocketFarewell>();
}
