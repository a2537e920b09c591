using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding.Messages;

/// <summary>What a route's transforms made of a request's target so far, in the bytes to send. YARP's own context holds it decoded, and that cannot be undone.</summary>
internal sealed class TransformedTarget
{
    private string? _rawPath;
    private string _path = "";

    /// <summary>The query with its question mark; null where no transform touched it.</summary>
    public string? Query { get; set; }

    /// <summary>That of the current attempt.</summary>
    public static TransformedTarget Of(HttpContext context)
    {
        var attempt = Attempt.Of(context);
        return attempt.Target ??= new();
    }

    /// <summary>The path to send, in its bytes: what came, what transforms made of it, or both.</summary>
    public static string PathOf(RequestTransformContext request)
    {
        var context = request.HttpContext;
        var path = request.Path.Value ?? "";
        var raw = Attempt.Of(context).Target is { _rawPath: { } made } target
            ? RequestTarget.Of(made, target._path, path)
            : RequestTarget.Of(context.Features.Get<IHttpRequestFeature>()!.RawTarget, context.Request.Path.Value ?? "", path);
        return raw ?? RequestTarget.Encode(path);
    }

    /// <summary>Puts a path in the place of the one before.</summary>
    /// <param name="request">The request; what reads its path hears of it decoded.</param>
    /// <param name="raw">The path in the bytes to send.</param>
    public static void SetPath(RequestTransformContext request, string raw)
    {
        var target = Of(request.HttpContext);
        target._rawPath = raw;
        target._path = DecodedPath.Of(raw)!.Text;
        // A string would be decoded once more on its way into a path.
        request.Path = new PathString(target._path);
    }
}
