using System.Text;
using Gateway.Refusals;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Forwarding.Messages;

/// <summary>
/// Refuses what the server lets pass though it can be no target or no host (RFC 9112 §3, RFC 9113 §8.3.1), and brings each
/// form of a target to what the usual one would have been: routes see the path that is sent.
/// </summary>
internal sealed class ReceivedTarget(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Features.Get<IHttpRequestFeature>()!;
        var target = request.RawTarget;
        if (TargetText.IsMalformed(target) || !HasHost(request.Headers))
            return RefusalWriter.WriteAsync(context, RequestRefusal.Malformed);
        if (target.StartsWith('/') && Ascii.IsValid(target))
            return next(context);
        return TryRewrite(request, target) ? next(context) : RefusalWriter.WriteAsync(context, RequestRefusal.Malformed);
    }

    // HTTP/1.0 and HTTP/2 may say none; where one is said, it is a host.
    private static bool HasHost(IHeaderDictionary headers) => headers.Host is var host
        && (host.Count == 0 || (host.Count == 1 && HostField.IsValid(host[0])));

    private static bool TryRewrite(IHttpRequestFeature request, string target)
    {
        if (target == AsteriskForm.Target)
        {
            request.Path = "/";
            return true;
        }
        var (path, query) = RequestTarget.Split(target);
        // The authority form is CONNECT's alone, and has neither.
        if (path is null)
            return true;
        if (path.Length == 0)
        {
            if (query.Length == 0 && HttpMethods.IsOptions(request.Method))
                request.RawTarget = AsteriskForm.Target;
            request.Path = "/";
            return true;
        }
        if (!TryDecode(request, TargetText.EscapeOctets(path), TargetText.EscapeOctets(query)))
            return false;
        // Logs tell it as it came, where it can be told.
        if (!Ascii.IsValid(target))
            request.RawTarget = TargetText.EscapeOctets(target);
        return true;
    }

    private static bool TryDecode(IHttpRequestFeature request, string path, string query)
    {
        if (DecodedPath.Of(RequestTarget.WithoutDotSegments(path)) is not { } decoded || decoded.Text.Contains('\0', StringComparison.Ordinal))
            return false;
        request.Path = decoded.Text;
        request.QueryString = query;
        return true;
    }
}
