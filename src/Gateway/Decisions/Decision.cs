using System.Net;
using Gateway.Refusals;
using Gateway.Telemetry;

namespace Gateway.Decisions;

/// <summary>
/// What is kept of one refused or failed request: references and numbers as they were, put into words
/// only when somebody asks. Immutable, and bounded however long what the client sent was.
/// </summary>
/// <param name="exchange">The request, at the moment of the refusal; not held on to.</param>
/// <param name="refusal">What the client is told.</param>
/// <param name="time">Now.</param>
/// <param name="cluster">The state of the cluster that was to serve it; null where none was asked.</param>
internal sealed class Decision(Exchange exchange, Refusal refusal, DateTimeOffset time, PackedJson? cluster)
{
    private const int LongestMethod = 32;
    private const int LongestHost = 255;
    private const int LongestPath = 256;

    public DateTimeOffset Time { get; } = time;

    public TraceContext Trace { get; } = exchange.Trace;

    public string Method { get; } = Cut(exchange.Method, LongestMethod);

    public string Host { get; } = Cut(exchange.Context.Request.Headers.Host.ToString(), LongestHost);

    public string Path { get; } = Cut(exchange.Path, LongestPath);

    public string Route { get; } = exchange.Route;

    public string Cluster { get; } = exchange.Cluster;

    public IPAddress? Client { get; } = exchange.Context.Connection.RemoteIpAddress;

    public Refusal Refusal { get; } = refusal;

    /// <summary>The attempts that came to nothing, in their order; their number is bounded by <c>MaxAttempts</c>.</summary>
    public FailedAttempt[] Attempts { get; } = exchange.FailedAttempts is { } failed ? [.. failed] : [];

    public PackedJson? ClusterState { get; } = cluster;

    public bool IsOf(ReadOnlySpan<char> traceId)
    {
        Span<char> own = stackalloc char[32];
        Trace.WriteTraceId(own);
        return traceId.Equals(own, StringComparison.OrdinalIgnoreCase);
    }

    private static string Cut(string text, int longest) => text.Length <= longest ? text : text[..longest];
}
