namespace Gateway.Refusals;

/// <summary>A 'no' of the gateway: what a client is told when its request is not forwarded or came to nothing.</summary>
public sealed record Refusal
{
    internal const int GrpcDeadlineExceeded = 4;
    internal const int GrpcInvalidArgument = 3;
    internal const int GrpcResourceExhausted = 8;
    internal const int GrpcUnimplemented = 12;
    internal const int GrpcInternal = 13;
    internal const int GrpcUnavailable = 14;

    /// <summary>The HTTP status code.</summary>
    public required int Status { get; init; }

    /// <summary>The same words for the same reason, always (RFC 9457 §3.1.3).</summary>
    public required string Title { get; init; }

    /// <summary>A sentence about this occurrence (RFC 9457 §3.1.4). Names no backend's address.</summary>
    public required string Detail { get; init; }

    /// <summary>The gate that refused.</summary>
    public required string Gate { get; init; }

    /// <summary>The error type of the <c>Proxy-Status</c> header (RFC 9209 §2.3).</summary>
    public required string ProxyStatusError { get; init; }

    /// <summary>The status code for a gRPC client.</summary>
    public required int GrpcStatus { get; init; }

    /// <summary>Which of several limits it was; null where a gate has only one.</summary>
    public string? Scope { get; init; }

    /// <summary>The seconds after which another try makes sense; null when nobody knows.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Header fields that this refusal carries besides those that all carry.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>What the gate saw, for those who ask later; null where it saw nothing but the request.</summary>
    internal ISeen? Seen { get; init; }

    /// <summary>A time in whole seconds, rounded up, at least one: what <c>Retry-After</c> can carry (RFC 9110 §10.2.3).</summary>
    public static int WholeSeconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, int.MaxValue);
}
