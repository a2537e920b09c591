namespace Gateway.Refusals;

/// <summary>Refusals that belong to no gate: the request itself is at fault, or we are.</summary>
internal static class RequestRefusal
{
    private const string Gate = "request";

    public static readonly Refusal Unexpected = new()
    {
        Status = StatusCodes.Status500InternalServerError,
        Title = "Internal error",
        Gate = "gateway",
        ProxyStatusError = "proxy_internal_error",
        GrpcStatus = Refusal.GrpcInternal,
        Detail = "The gateway failed on this request; its log tells more under this traceId.",
    };

    /// <summary>A target or a host that can be none.</summary>
    public static readonly Refusal Malformed = new()
    {
        Status = StatusCodes.Status400BadRequest,
        Title = "Malformed request",
        Gate = Gate,
        ProxyStatusError = "http_request_error",
        GrpcStatus = Refusal.GrpcInvalidArgument,
        Detail = "The request's target or its Host holds what cannot stand there.",
    };

    public static Refusal Of(BadHttpRequestException error) => Of(error.StatusCode);

    /// <summary>A request that cannot be forwarded for a reason of its own, such as a body beyond the limit or one that breaks off.</summary>
    public static Refusal Of(int status) => new()
    {
        Status = status,
        Title = status switch
        {
            StatusCodes.Status408RequestTimeout => "Request timed out",
            StatusCodes.Status413PayloadTooLarge => "Content too large",
            _ => "Malformed request",
        },
        // How much it takes is the route's to say.
        Gate = status == StatusCodes.Status413PayloadTooLarge ? "route" : Gate,
        ProxyStatusError = status == StatusCodes.Status413PayloadTooLarge ? "http_request_denied" : "http_request_error",
        GrpcStatus = status switch
        {
            StatusCodes.Status408RequestTimeout => Refusal.GrpcDeadlineExceeded,
            StatusCodes.Status413PayloadTooLarge => Refusal.GrpcResourceExhausted,
            _ => Refusal.GrpcInvalidArgument,
        },
        Detail = status switch
        {
            StatusCodes.Status408RequestTimeout => "The request's body did not come in time.",
            StatusCodes.Status413PayloadTooLarge => "The request's body is larger than this route takes.",
            _ => "The request cannot be forwarded as it was sent.",
        },
    };
}
