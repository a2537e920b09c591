using Gateway.Decisions;
using Gateway.Refusals;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>What a route asks for besides a cluster, and what is said where no route matches.</summary>
internal static class RoutingRegistration
{
    public static WebApplicationBuilder AddRouteMatching(this WebApplicationBuilder builder)
    {
        builder.Services.AddRouting();
        builder.Services.AddCors();
        builder.Services.AddSingleton<INearMisses, NearMisses>();
        builder.Services.AddSingleton<AllowedMethods>();
        return builder;
    }

    /// <summary>Looks the route up; what is said of it, <see cref="UseMatchedRoute"/> says.</summary>
    public static void UseRouteLookup(this WebApplication app)
    {
        app.Use(static next => context =>
        {
            if (RootDot.Hide(context.Request) is { } given)
                Exchange.Of(context).GivenHost = given;
            return next(context);
        });
        app.UseRouting();
    }

    /// <summary>
    /// From here on a request has a route, and passes ASP.NET Core's own middleware for the policies
    /// that the route names. What no route matched is refused.
    /// </summary>
    public static void UseMatchedRoute(this WebApplication app)
    {
        // YARP brings authorization's services, and WebApplication would put their middleware before every request
        // unless it finds this mark.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        // Only where a request is explained is somebody there to see.
        if (app.Services.GetService<IMatchWitness>() is { } witness)
            app.Use(async (context, next) =>
            {
                RootDot.Show(context.Request, Exchange.Of(context).GivenHost);
                await witness.MatchedAsync(context);
                await next(context);
            });
        app.Use(next =>
        {
            var policies = Policies(app, next);
            var allowed = app.Services.GetRequiredService<AllowedMethods>();
            return context =>
            {
                var exchange = Exchange.Of(context);
                RootDot.Show(context.Request, exchange.GivenHost);
                if (context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>() is not { } route)
                    return RefuseAsync(context, allowed);
                exchange.Route = route.Config.RouteId;
                exchange.Cluster = route.Config.ClusterId ?? "";
                return HasPolicies(route.Config) ? policies(context) : next(context);
            };
        });
    }

    private static async Task RefuseAsync(HttpContext context, AllowedMethods methods)
    {
        var allowed = await methods.FindAsync(context);
        await RefusalWriter.WriteAsync(context, allowed.Count > 0 ? RouteRefusal.NoMethod(allowed) : RouteRefusal.NoRoute);
    }

    private static bool HasPolicies(RouteConfig route) =>
        route.CorsPolicy is not null || route.Timeout is not null || route.TimeoutPolicy is not null;

    private static RequestDelegate Policies(IApplicationBuilder app, RequestDelegate next)
    {
        var branch = app.New();
        branch.UseCors();
        branch.UseRequestTimeouts();
        branch.Run(next);
        return branch.Build();
    }
}
