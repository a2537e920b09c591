using Gateway.Decisions;
using Gateway.Refusals;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>What a route asks for besides a cluster, and what is said where no route matches.</summary>
internal static class RoutingRegistration
{
    private static readonly Refusal NoRoute = new()
    {
        Status = StatusCodes.Status404NotFound,
        Title = "No route matches",
        Gate = "route",
        ProxyStatusError = "destination_not_found",
        GrpcStatus = Refusal.GrpcUnimplemented,
        Detail = "No route of the gateway matches this request's method, host, path and headers.",
    };

    public static WebApplicationBuilder AddRouteMatching(this WebApplicationBuilder builder)
    {
        builder.Services.AddRouting();
        builder.Services.AddCors();
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswer>();
        builder.Services.AddSingleton<INearMisses, NearMisses>();
        return builder;
    }

    /// <summary>
    /// From here on a request has a route, and passes ASP.NET Core's own middleware for the policies
    /// that the route names. What no route matched is refused: a path unknown, or known with other methods only.
    /// </summary>
    public static void UseMatchedRoute(this WebApplication app)
    {
        // Where authorization services are, WebApplication puts their middleware before every request unless it
        // finds this mark; here only routes that ask for it pay.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        // Only where a request is explained is somebody there to see.
        if (app.Services.GetService<IMatchWitness>() is { } witness)
            app.Use(async (context, next) =>
            {
                await witness.MatchedAsync(context);
                await next(context);
            });
        app.Use(next =>
        {
            var policies = Policies(app, next);
            return context =>
            {
                var metadata = context.GetEndpoint()?.Metadata;
                if (metadata?.GetMetadata<RouteModel>() is not { } route)
                    return RefusalWriter.WriteAsync(context, NoRoute);
                var exchange = Exchange.Of(context);
                exchange.Route = route.Config.RouteId;
                exchange.Cluster = route.Config.ClusterId ?? "";
                return HasPolicies(route.Config) ? policies(context) : next(context);
            };
        });
    }

    private static bool HasPolicies(RouteConfig route) =>
        route.CorsPolicy is not null || route.AuthorizationPolicy is not null || route.Timeout is not null || route.TimeoutPolicy is not null;

    private static RequestDelegate Policies(IApplicationBuilder app, RequestDelegate next)
    {
        var branch = app.New();
        branch.UseCors();
        branch.UseAuthorization();
        branch.UseRequestTimeouts();
        branch.Run(next);
        return branch.Build();
    }

    // There is no way to authenticate yet, so a challenge can only be told.
    private sealed class AuthorizationAnswer : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded ? next(context) : RefusalWriter.WriteAsync(context, RequestRefusal.Unauthenticated);
    }
}
