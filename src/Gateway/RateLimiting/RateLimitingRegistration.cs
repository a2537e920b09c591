using Gateway.Configuration;
using Gateway.Management.Status;
using Gateway.Refusals;
using Gateway.Routing;
using Gateway.Telemetry;
using Microsoft.AspNetCore.RateLimiting;

namespace Gateway.RateLimiting;

/// <summary>Hangs the rate limits into ASP.NET Core's rate limiting middleware.</summary>
internal static class RateLimitingRegistration
{
    public static WebApplicationBuilder AddRateLimiting(this WebApplicationBuilder builder)
    {
        builder.Services.AddRateLimiter(_ => { });
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
    public static void UseRateLimiting(this WebApplication app) =>
        app.UseRateLimiter(new RateLimiterOptions
        {
            GlobalLimiter = app.Services.GetRequiredService<GatewayRateLimiter>(),
            RejectionStatusCode = StatusCodes.Status429TooManyRequests,
            OnRejected = static (rejected, _) => new(RefusalWriter.WriteAsync(rejected.HttpContext, RateLimitRefusal.Of((RefusedLease)rejected.Lease))),
        });
}
