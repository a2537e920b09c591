using Gateway.Refusals;

namespace Gateway.Routing;

/// <summary>What is said where no route takes a request.</summary>
internal static class RouteRefusal
{
    private const string Gate = "route";

    public static readonly Refusal NoRoute = new()
    {
        Status = StatusCodes.Status404NotFound,
        Title = "No route matches",
        Gate = Gate,
        ProxyStatusError = "destination_not_found",
        GrpcStatus = Refusal.GrpcUnimplemented,
        Detail = "No route of the gateway matches this request's method, host, path and headers.",
    };

    /// <summary>Routes would take the request with one of these methods (RFC 9110 §15.5.6).</summary>
    public static Refusal NoMethod(IReadOnlyList<string> allowed)
    {
        var methods = string.Join(", ", allowed);
        return new()
        {
            Status = StatusCodes.Status405MethodNotAllowed,
            Title = "Method not allowed",
            Gate = Gate,
            ProxyStatusError = "http_request_denied",
            GrpcStatus = Refusal.GrpcUnimplemented,
            Detail = $"Routes of the gateway match this request, but none with its method; allowed: {methods}.",
            Headers = [new("Allow", methods)],
        };
    }
}
