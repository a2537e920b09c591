using System.Net;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Forwarding;

/// <summary>What the gateway itself does to each message, after the transforms of its route.</summary>
internal sealed class ForwardingTransforms(IEventStreams events) : ITransformProvider
{
    internal const string TraceParent = "traceparent";
    private const string EventStream = "text/event-stream";
    private const string Grpc = "application/grpc";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var changesQuery = context.Route.Transforms?.Any(transform => transform.Keys.Any(key => key.StartsWith("Query", StringComparison.OrdinalIgnoreCase))) ?? false;
        var hostIsFixed = HostIsFixed(context.Route);
        context.AddRequestTransform(request => Send(request, changesQuery, hostIsFixed));
        // First: before the route's own transforms add what is to stay.
        context.ResponseTransforms.Insert(0, new ResponseFuncTransform(BackendAnswer.ReceiveAsync));
        context.AddResponseTransform(Receive);
    }

    private static ValueTask Send(RequestTransformContext request, bool changesQuery, bool hostIsFixed)
    {
        var context = request.HttpContext;
        var attempt = Attempt.Of(context);
        var headers = request.ProxyRequest.Headers;
        headers.Remove(TraceParent);
        headers.TryAddWithoutValidation(TraceParent, attempt.TraceParent);

        var matched = context.Request.Path.Value ?? "";
        var path = RequestTarget.Of(context.Features.Get<IHttpRequestFeature>()!.RawTarget, matched, request.Path.Value ?? "")
            ?? RequestTarget.Encode(request.Path.Value ?? "");
        var query = changesQuery ? request.Query.QueryString : context.Request.QueryString;
        var prefix = request.DestinationPrefix.AsSpan();
        if (path.StartsWith('/'))
            prefix = prefix.TrimEnd('/');
        request.ProxyRequest.RequestUri ??= new UpstreamAddress(
            string.Concat(prefix, path, query.ToUriComponent()), attempt);
        RequestFields.Check(request.ProxyRequest);
        attempt.HostIsFixed = hostIsFixed;
        attempt.OnAddressed(request.ProxyRequest.RequestUri);
        return default;
    }

    // A name that the route itself writes is as much the operator's as the destination's.
    private static bool HostIsFixed(RouteConfig route) => route.Transforms?.LastOrDefault(static transform =>
        IsHost(transform, "RequestHeader") || IsHost(transform, "RequestHeaderRouteValue")) is { } last && IsHost(last, "RequestHeader");

    private static bool IsHost(IReadOnlyDictionary<string, string> transform, string key) =>
        transform.TryGetValue(key, out var name) && name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    private ValueTask Receive(ResponseTransformContext response)
    {
        if (response.ProxyResponse is not { } answer)
            return default;
        var attempt = answer.RequestMessage?.RequestUri is UpstreamAddress address ? address.Attempt : Attempt.Of(response.HttpContext);
        attempt.OnAnswered((int)answer.StatusCode, IsUpgraded(answer));
        if (attempt.Retries is { } retries && retries.TryFollow(attempt, (int)answer.StatusCode))
        {
            // Another attempt begins when YARP has let go of this answer.
            response.SuppressResponseBody = true;
            return default;
        }
        var kind = KindOf(answer.Content);
        if (kind is { } stream)
            attempt.Exchange.Kind = stream;
        if (IsUpgraded(answer) || HttpMethods.IsHead(response.HttpContext.Request.Method))
            return default;
        if (kind == ExchangeKind.GrpcStream)
        {
            answer.Content = new GrpcContent(answer.Content, attempt);
        }
        else if (kind == ExchangeKind.EventStream)
        {
            attempt.BecomeStream();
            answer.Content = events.Follow(answer.Content);
        }
        EarlyHead.Send(answer, response.HttpContext.Response, response.CancellationToken);
        return default;
    }

    // WebSockets over HTTP/2 are answered like any request (RFC 8441 §5).
    private static bool IsUpgraded(HttpResponseMessage answer) => answer.StatusCode == HttpStatusCode.SwitchingProtocols
        || (answer.StatusCode == HttpStatusCode.OK && answer.RequestMessage?.Method == HttpMethod.Connect);

    // Looked at as it came: parsing a media type costs every response what only streams need.
    private static ExchangeKind? KindOf(HttpContent content)
    {
        if (!content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return null;
        var type = values.ToString().AsSpan().TrimStart();
        if (type.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
            return ExchangeKind.GrpcStream;
        return type.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase)
            && (type.Length == EventStream.Length || type[EventStream.Length] is ';' or ' ' or '\t') ? ExchangeKind.EventStream : null;
    }
}
