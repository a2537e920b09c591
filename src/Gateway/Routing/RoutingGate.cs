using Gateway.Refusals;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http.Timeouts;
using Yarp.ReverseProxy.Model;

namespace Gateway.Routing;

/// <summary>What a route asks for besides a cluster, and what is said where no route matches.</summary>
internal static class RoutingGate
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
        return builder;
    }

    /// <summary>From here on a request has a route. What none matched is refused: a path unknown, or known with other methods only.</summary>
    public static void UseMatchedRoute(this WebApplication app) => app.Use(static (context, next) =>
    {
        if (Route(context) is not { } route)
            return RefusalWriter.WriteAsync(context, NoRoute);
        var exchange = Exchange.Of(context);
        exchange.Route = route.Config.RouteId;
        exchange.Cluster = route.Config.ClusterId ?? "";
        return next(context);
    });

    /// <summary>ASP.NET Core's own middleware for a route's policies; a route without them does not pay for them.</summary>
    public static void UseRoutePolicies(this WebApplication app)
    {
        // Where authorization services are, WebApplication puts their middleware before every request unless it
        // finds this mark; here only routes that ask for it pay.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;
        app.UseWhen(static context => Has<ICorsMetadata>(context), static branch => branch.UseCors());
        app.UseWhen(static context => Has<IAuthorizeData>(context), static branch => branch.UseAuthorization());
        app.UseWhen(static context => Has<RequestTimeoutAttribute>(context), static branch => branch.UseRequestTimeouts());
    }

    private static RouteModel? Route(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>();

    private static bool Has<T>(HttpContext context) where T : class => context.GetEndpoint()?.Metadata.GetMetadata<T>() is not null;

    // There is no way to authenticate yet, so a challenge can only be told.
    private sealed class AuthorizationAnswer : IAuthorizationMiddlewareResultHandler
    {
        public Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult) =>
            authorizeResult.Succeeded ? next(context) : RefusalWriter.WriteAsync(context, RequestRefusal.Unauthenticated);
    }
}
