using Gateway.Refusals;
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

    /// <summary>Refuses what no route matched: a path unknown, or known with other methods only.</summary>
    public static void UseNoRoute(this WebApplication app) => app.Use(static (context, next) =>
        Route(context) is not null ? next(context) : RefusalWriter.WriteAsync(context, NoRoute));

    /// <summary>ASP.NET Core's own middleware for a route's policies; a route without them does not pay for them.</summary>
    public static void UseRoutePolicies(this WebApplication app)
    {
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
