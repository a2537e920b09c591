using System.Net;
using Gateway.Forwarding.Messages;
using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;
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
        var keepsHost = context.Route.Transforms?.Any(transform =>
            transform.TryGetValue("RequestHeaderOriginalHost", out var keeps) && bool.TryParse(keeps, out var value) && value) ?? false;
        context.AddRequestTransform(keepsHost ? Send : SendToOwnHost);
        context.AddResponseTransform(Receive);
    }

    // YARP compares the host that people read with the one that is sent: the client's stays where it is internationalized.
    private static ValueTask SendToOwnHost(RequestTransformContext request)
    {
        var headers = request.ProxyRequest.Headers;
        if (headers.Host is { } host && host == request.HttpContext.Request.Headers.Host)
            headers.Host = Attempt.Of(request.HttpContext).Destination.Model.Config.Host;
        return Send(request);
    }

    private static ValueTask Send(RequestTransformContext request)
    {
        var attempt = Attempt.Of(request.HttpContext);
        var headers = request.ProxyRequest.Headers;
        headers.Remove(TraceParent);
        headers.TryAddWithoutValidation(TraceParent, attempt.TraceParent);
        request.ProxyRequest.RequestUri ??= Address(request, attempt);
        attempt.OnAddressed(request.ProxyRequest.RequestUri);
        return default;
    }

    private static UpstreamAddress Address(RequestTransformContext request, Attempt attempt)
    {
        var came = request.HttpContext.Request;
        var query = attempt.Target?.Query ?? came.QueryString.Value ?? "";
        var address = new UpstreamAddress(RequestTarget.Address(request.DestinationPrefix, TransformedTarget.PathOf(request), query), attempt);
        if (query.Length == 0 && request.Path == came.Path && request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget == AsteriskForm.Target)
            AsteriskForm.Apply(address);
        return address;
    }

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
        if (answer.Headers.NonValidated.TryGetValues("Connection", out var connection))
            HopByHop.Remove(response.HttpContext.Response.Headers, connection.ToString());
        if (KindOf(answer.Content) is not { } kind)
            return default;
        attempt.Exchange.Kind = kind;
        if (kind != ExchangeKind.EventStream || HttpMethods.IsHead(response.HttpContext.Request.Method))
            return default;
        answer.Content = events.Follow(answer.Content);
        // Headers otherwise go out with the first byte of the body, and a stream of events may be silent for long.
        return new(response.HttpContext.Response.Body.FlushAsync(response.CancellationToken));
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
