using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Forwarding;

/// <summary>What the gateway itself does to each message, after the transforms of its route.</summary>
internal sealed class ForwardingTransforms : ITransformProvider
{
    internal const string TraceParent = "traceparent";
    private const string EventStream = "text/event-stream";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void Apply(TransformBuilderContext context)
    {
        var changesQuery = context.Route.Transforms?.Any(transform => transform.Keys.Any(key => key.StartsWith("Query", StringComparison.OrdinalIgnoreCase))) ?? false;
        context.AddRequestTransform(request => Send(request, changesQuery));
        context.AddResponseTransform(Receive);
    }

    private static ValueTask Send(RequestTransformContext request, bool changesQuery)
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
        attempt.OnAddressed(request.ProxyRequest.RequestUri);
        return default;
    }

    private static ValueTask Receive(ResponseTransformContext response)
    {
        if (response.ProxyResponse is not { } answer)
            return default;
        var attempt = answer.RequestMessage?.RequestUri is UpstreamAddress address ? address.Attempt : Attempt.Of(response.HttpContext);
        attempt.OnAnswered((int)answer.StatusCode);
        if (answer.Headers.NonValidated.TryGetValues("Connection", out var connection))
            HopByHop.Remove(response.HttpContext.Response.Headers, connection.ToString());
        // Headers otherwise go out with the first byte of the body, and a stream of events may be silent for long.
        return IsEventStream(answer.Content) && !HttpMethods.IsHead(response.HttpContext.Request.Method)
            ? new(response.HttpContext.Response.Body.FlushAsync(response.CancellationToken)) : default;
    }

    // Looked at as it came: parsing a media type costs every response what only streams of events need.
    private static bool IsEventStream(HttpContent content)
    {
        if (!content.Headers.NonValidated.TryGetValues("Content-Type", out var values))
            return false;
        var type = values.ToString().AsSpan().TrimStart();
        return type.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase)
            && (type.Length == EventStream.Length || type[EventStream.Length] is ';' or ' ' or '\t');
    }
}
