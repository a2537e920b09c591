using Gateway.Refusals;

namespace Gateway.Edge;

/// <summary>Refuses what is meant for a host that is not allowed.</summary>
internal sealed class HostFilterMiddleware(RequestDelegate next, AllowedHosts hosts)
{
    private static readonly Refusal NotAllowed = new()
    {
        Status = StatusCodes.Status400BadRequest,
        Title = "Malformed request",
        Gate = "request",
        ProxyStatusError = "http_request_error",
        GrpcStatus = Refusal.GrpcInvalidArgument,
        Detail = "The request's host is not one that is served here.",
    };

    public Task InvokeAsync(HttpContext context) =>
        hosts.Allow(context.Request.Headers.Host) ? next(context) : RefusalWriter.WriteAsync(context, NotAllowed);
}
