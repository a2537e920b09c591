using System.Diagnostics;
using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>
/// The span of each request (OpenTelemetry's semantic conventions for HTTP servers). It is the
/// gateway's own and not that of ASP.NET Core, which would name neither route nor gate.
/// </summary>
/// <remarks>While nobody listens there is none, and nothing is made for it.</remarks>
internal sealed class RequestSpans(TimeProvider time) : IExchangeObserver, IConfigurationListener, IDisposable
{
    /// <summary>The name of the source of the gateway's spans.</summary>
    public const string SourceName = "Gateway";

    private readonly ActivitySource _source = new(SourceName, typeof(RequestSpans).Assembly.GetName().Version?.ToString(3));

    private volatile ClientAddressForm _clientAddress;

    internal ActivitySource Source => _source;

    // What the log may not tell, no collector is told.
    public void Apply(Snapshot snapshot) => _clientAddress = snapshot.Get(AccessLogSettings.Section)!.ClientAddress;

    /// <summary>Begins the span of a request, as a child of the client's; null when nobody listens.</summary>
    public Activity? Begin(HttpRequest request)
    {
        if (!_source.HasListeners())
            return null;
        // Whoever has ASP.NET Core's own log switched on has its activity, too; the client's span is the parent, not that one.
        Activity.Current = null;
        var headers = request.Headers;
        return _source.StartActivity(SpanAttributes.Name(request.Method), ActivityKind.Server,
            TraceContext.ParentOf(headers.TraceParent, headers.TraceState), startTime: time.GetUtcNow());
    }

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        if (exchange.Span is not { } span)
            return;
        if (span.IsAllDataRequested)
            Describe(span, exchange);
        // From timestamps: the clock may be set while the request runs.
        span.SetEndTime(span.StartTimeUtc + time.GetElapsedTime(exchange.Started, exchange.Ended));
        span.Stop();
    }

    public void Dispose() => _source.Dispose();

    private void Describe(Activity span, Exchange exchange)
    {
        var context = exchange.Context;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = SpanAttributes.Name(exchange.Method, route);
        SpanAttributes.SetMethod(span, exchange.Method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", context.Response.StatusCode);
        DescribeMessage(span, exchange);
        span.SetTag("gateway.route", Known(exchange.Route));
        span.SetTag("gateway.cluster", Known(exchange.Cluster));
        span.SetTag("gateway.refusal.gate", exchange.Refusal?.Gate);
        span.SetTag("gateway.refusal.scope", exchange.Refusal?.Scope);
        if (ErrorOf(exchange) is { } error)
            SpanAttributes.SetError(span, error);
    }

    private void DescribeMessage(Activity span, Exchange exchange)
    {
        var request = exchange.Context.Request;
        span.SetTag("url.scheme", request.Scheme);
        span.SetTag("url.path", SpanAttributes.Bound(exchange.Path));
        // As it came: asking for the decoded host fails where it is no name.
        var host = new HostString(request.Headers.Host.ToString());
        if (host.HasValue)
        {
            span.SetTag("server.address", SpanAttributes.Bound(host.Host));
            span.SetTag("server.port", host.Port ?? (request.IsHttps ? 443 : 80));
        }
        if (exchange.Context.Connection.RemoteIpAddress is { } client)
            span.SetTag("client.address", ShownAddress.Of(client, _clientAddress).ToString());
        span.SetTag("network.protocol.version", Version(request.Protocol));
        if (request.Headers.UserAgent is { Count: > 0 } agent)
            span.SetTag("user_agent.original", SpanAttributes.Bound(FieldText.Decode(agent.ToString())));
    }

    // A refusal names its reason; a gRPC one has the status 200, and is one all the same.
    private static string? ErrorOf(Exchange exchange)
    {
        if (exchange.Refusal is { Status: >= StatusCodes.Status500InternalServerError } refusal)
            return refusal.ProxyStatusError;
        if (exchange.Aborted)
            return exchange.Cut ? "drain_timeout" : SpanAttributes.ClientLeft;
        var status = exchange.Context.Response.StatusCode;
        return status >= StatusCodes.Status500InternalServerError ? status.ToString(CultureInfo.InvariantCulture) : null;
    }

    private static string? Known(string name) => name.Length == 0 ? null : name;

    private static string? Version(string protocol) => protocol switch
    {
        "HTTP/1.0" => "1.0",
        "HTTP/1.1" => "1.1",
        "HTTP/2" => "2",
        "HTTP/3" => "3",
        _ => null,
    };
}
