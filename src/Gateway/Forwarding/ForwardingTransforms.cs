using System.Net;
using Gateway.Forwarding.Messages;
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
        var keepsHost = context.Route.Transforms?.Any(transform =>
            transform.TryGetValue("RequestHeaderOriginalHost", out var keeps) && bool.TryParse(keeps, out var value) && value) ?? false;
        var hostIsFixed = HostIsFixed(context.Route);
        context.AddRequestTransform(request => Send(request, keepsHost, hostIsFixed));
        // First: before the route's own transforms add what is to stay.
        context.ResponseTransforms.Insert(0, new ResponseFuncTransform(BackendAnswer.ReceiveAsync));
        context.AddResponseTransform(Receive);
    }

    private static ValueTask Send(RequestTransformContext request, bool keepsHost, bool hostIsFixed)
    {
        var attempt = Attempt.Of(request.HttpContext);
        var headers = request.ProxyRequest.Headers;
        // YARP compares the host that people read with the one that is sent: the client's stays where it is internationalized.
        if (!keepsHost && headers.Host is { } host && host == request.HttpContext.Request.Headers.Host)
            headers.Host = attempt.Destination.Model.Config.Host;
        headers.Remove(TraceParent);
        headers.TryAddWithoutValidation(TraceParent, attempt.TraceParent);
        request.ProxyRequest.RequestUri ??= Address(request, attempt);
        RequestFields.Check(request.ProxyRequest);
        attempt.Method = request.ProxyRequest.Method.Method;
        attempt.HostIsFixed = hostIsFixed;
        attempt.OnAddressed(request.ProxyRequest.RequestUri);
        return default;
    }

    // A name that the route itself writes is as much the operator's as the destination's.
    private static bool HostIsFixed(RouteConfig route) => route.Transforms?.LastOrDefault(static transform =>
        IsHost(transform, "RequestHeader") || IsHost(transform, "RequestHeaderRouteValue")) is { } last && IsHost(last, "RequestHeader");

    private static bool IsHost(IReadOnlyDictionary<string, string> transform, string key) =>
        transform.TryGetValue(key, out var name) && name.Equals("Host", StringComparison.OrdinalIgnoreCase);

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
        var kind = KindOf(answer.Content);
        if (kind is { } stream)
            attempt.Exchange.Kind = stream;
        if (IsUpgraded(answer) || HttpMethods.IsHead(response.HttpContext.Request.Method))
            return default;
        var length = answer.Version.Major >= 2 && answer.StatusCode != HttpStatusCode.NotModified ? answer.Content.Headers.ContentLength : null;
        if (kind == ExchangeKind.GrpcStream)
            answer.Content = new GrpcContent(answer.Content, attempt);
        else if (kind == ExchangeKind.EventStream)
        {
            attempt.BecomeStream();
            answer.Content = events.Follow(answer.Content);
        }
        if (length is { } announced)
            answer.Content = new MeasuredContent(answer.Content, announced);
        if (attempt.IsUploading)
            answer.Content = new LastingUpload(answer.Content, attempt);
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
