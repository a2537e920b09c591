using System.Diagnostics;
using System.Globalization;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>The span of an attempt (OpenTelemetry's semantic conventions for HTTP clients), under that of its request.</summary>
internal static class AttemptSpan
{
    /// <summary>Begins the span of the current attempt; null where that of its request is not kept.</summary>
    public static Activity? Begin(Exchange exchange, TimeProvider time, long started)
    {
        if (exchange.Span is not { IsAllDataRequested: true } request)
            return null;
        var span = request.Source.StartActivity(SpanAttributes.Name(exchange.Method), ActivityKind.Client, request.Context,
            startTime: request.StartTimeUtc + time.GetElapsedTime(exchange.Started, started));
        if (span is not { IsAllDataRequested: true })
            return span;
        SpanAttributes.SetMethod(span, exchange.Method);
        span.SetTag("gateway.cluster", exchange.Cluster);
        span.SetTag("gateway.destination", exchange.Destination);
        if (exchange.Attempts > 1)
            span.SetTag("http.request.resend_count", exchange.Attempts - 1);
        return span;
    }

    /// <summary>Tells where the attempt goes, less the query: secrets may stand in it.</summary>
    public static void Address(Activity span, Uri address)
    {
        if (!span.IsAllDataRequested)
            return;
        var path = address.PathAndQuery;
        var end = path.IndexOf('?', StringComparison.Ordinal);
        span.SetTag("server.address", address.Host);
        span.SetTag("server.port", address.Port);
        span.SetTag("url.full", SpanAttributes.Bound($"{address.Scheme}://{address.Authority}{(end < 0 ? path : path[..end])}"));
    }

    /// <summary>Tells the status of the response.</summary>
    public static void Answered(Activity span, int status)
    {
        if (!span.IsAllDataRequested)
            return;
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status400BadRequest)
            SpanAttributes.SetError(span, status.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Ends the span of the current attempt, while what it left behind is still there.</summary>
    public static void End(Activity span, Attempt attempt, TimeProvider time)
    {
        var exchange = attempt.Exchange;
        if (span.IsAllDataRequested && ErrorOf(exchange.Context, attempt) is { } error)
            SpanAttributes.SetError(span, error);
        span.SetEndTime(exchange.Span!.StartTimeUtc + time.GetElapsedTime(exchange.Started));
        span.Stop();
    }

    private static string? ErrorOf(HttpContext context, Attempt attempt) => UpstreamFailure.Of(context, attempt) switch
    {
        { Refusal: { } refusal } => refusal.ProxyStatusError,
        not null when context.RequestAborted.IsCancellationRequested => SpanAttributes.ClientLeft,
        _ => null,
    };
}
