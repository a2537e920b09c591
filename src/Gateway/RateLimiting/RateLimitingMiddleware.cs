using System.Threading.RateLimiting;
using Gateway.Refusals;

namespace Gateway.RateLimiting;

/// <summary>Asks the limits once a request, and refuses what they do not admit.</summary>
/// <remarks>
/// In place of ASP.NET Core's middleware, which asks a second time after a refusal, can be switched off by a route's
/// metadata, and starts a timer of its own that keeps its application alive for as long as the process lives.
/// </remarks>
internal sealed class RateLimitingMiddleware(RequestDelegate next, GatewayRateLimiter limits)
{
    public Task InvokeAsync(HttpContext context) => limits.AttemptAcquire(context) switch
    {
        RefusedLease refused => RefusalWriter.WriteAsync(context, RateLimitRefusal.Of(refused)),
        // There is nothing to give back, and so nothing to wait for.
        AdmittedLease => next(context),
        var held => HoldAsync(held, context),
    };

    private async Task HoldAsync(RateLimitLease held, HttpContext context)
    {
        using (held)
            await next(context);
    }
}
