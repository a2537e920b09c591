using Gateway.Refusals;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Telemetry;

/// <summary>
/// Stands first: whatever becomes of a request behind it, the request is seen to begin and to end
/// once, and an error that nobody expected becomes a refusal like any other.
/// </summary>
internal sealed class ExchangeMiddleware(
    RequestDelegate next, IEnumerable<IExchangeObserver> observers, RequestSpans spans, TimeProvider time, ILogger<ExchangeMiddleware> logger,
    IAwaitedBodies? awaited = null)
{
    private readonly IExchangeObserver[] _observers = [.. observers];

    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = Begin(context);
        foreach (var observer in _observers)
            observer.Started(exchange);
        try
        {
            await next(context);
        }
        catch (Exception error)
        {
            await AnswerAsync(exchange, error);
        }
        finally
        {
            End(exchange);
            foreach (var observer in _observers)
                Tell(observer, exchange);
            // Last: what observers tell is told within the span.
            if (exchange.Span is not null)
                Tell(spans, exchange);
        }
    }

    private void End(Exchange exchange)
    {
        var context = exchange.Context;
        exchange.Ended = time.GetTimestamp();
        exchange.Aborted |= context.RequestAborted.IsCancellationRequested;
        // Nobody got this status; it keeps a client's leaving apart from a client's error, and from our own, in log and metrics.
        if (exchange.Aborted && !context.Response.HasStarted)
            context.Response.StatusCode = exchange.Cut ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status499ClientClosedRequest;
    }

    // One observer's error keeps no other from hearing of the end: a request that never ends would hold up every drain.
    private void Tell(IExchangeObserver observer, Exchange exchange)
    {
        try
        {
            observer.Ended(exchange);
        }
        catch (Exception error)
        {
            TelemetryLog.ObserverFailed(logger, observer.GetType().Name, exchange.Trace.TraceId, error);
        }
    }

    // The server lets hosts pass that are no internationalized name; whoever asks for the decoded host then meets an error.
    private static bool HasReadableHost(HttpRequest request)
    {
        try
        {
            _ = request.Host;
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private Exchange Begin(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TraceState.Count > 0)
            headers.TraceState = TraceState.Clean(headers.TraceParent, headers.TraceState);
        var span = spans.Begin(context.Request);
        var exchange = new Exchange(context, time.GetTimestamp(), TraceContext.Continue(headers.TraceParent))
        {
            Observers = _observers,
            Span = span,
            NamedByConnection = ConnectionField.OfRequest,
        };
        var features = context.Features;
        features.Set(exchange);
        var body = features.Get<IHttpResponseBodyFeature>()!;
        features.Set<IHttpResponseBodyFeature>(exchange.ResponseBody = new ResponseBody(body));
        if (features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            // The reader comes first: once the body is ours, the server makes another one on top of it.
            var request = context.Request;
            var lifetime = features.Get<IHttpRequestLifetimeFeature>();
            if (lifetime is not null && !HttpProtocol.IsHttp2(request.Protocol) && features.Get<IConnectionLifetimeNotificationFeature>() is { } connection)
                features.Set(lifetime = new ClosingLifetime(lifetime, connection));
            request.Body = exchange.RequestBody = new RequestBody(request.BodyReader, lifetime, awaited, IsUnannounced(request));
        }
        return exchange;
    }

    // Over HTTP/2 a head need not say whether a body follows (RFC 9113 §8.1). Whoever waits for 100 (Continue) would get it by a look.
    private static bool IsUnannounced(HttpRequest request) =>
        request.ContentLength is null && request.Headers.Expect.Count == 0 && HttpProtocol.IsHttp2(request.Protocol) && !HttpMethods.IsConnect(request.Method);

    private Task AnswerAsync(Exchange exchange, Exception error)
    {
        var context = exchange.Context;
        if (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer, and a client that leaves is no fault of ours.
            exchange.Aborted = true;
            return Task.CompletedTask;
        }
        if (error is BadHttpRequestException bad)
            return RefusalWriter.WriteAsync(context, RequestRefusal.Of(bad));
        if (!HasReadableHost(context.Request))
            return RefusalWriter.WriteAsync(context, RequestRefusal.Of(StatusCodes.Status400BadRequest));
        TelemetryLog.Unexpected(logger, exchange.Method, exchange.Trace.TraceId, error);
        return RefusalWriter.WriteAsync(context, RequestRefusal.Unexpected);
    }
}
