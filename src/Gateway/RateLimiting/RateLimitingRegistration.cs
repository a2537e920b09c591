using Gateway.Configuration;
using Gateway.Management.Status;
using Gateway.Routing;
using Gateway.Telemetry;

namespace Gateway.RateLimiting;

/// <summary>Hangs the rate limits into the pipeline.</summary>
internal static class RateLimitingRegistration
{
    public static WebApplicationBuilder AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(RateLimitSettings.Global);
        builder.Services.AddSettings(PerClientSettings.Section);
        builder.Services.AddSettings(RateLimitSettings.Route);
        builder.Services.AddAdvisor<RateLimitAdvisor>();
        builder.Services.AddListener<GatewayRateLimiter>();
        builder.Services.AddWitness<GatewayRateLimiter>();
        builder.Services.AddMetrics<RateLimitMetrics>();
        builder.Services.AddSingleton<ILimitTeller, LimitTeller>();
        builder.Services.AddStatusPart<LimitStatus>();
        return builder;
    }

    /// <summary>Stands behind routing, so that a route's bucket can be asked, and before anything that costs a backend.</summary>
    public static void UseRateLimiting(this WebApplication app) => app.UseMiddleware<RateLimitingMiddleware>();
}
