using System.Diagnostics;

namespace Gateway.Telemetry;

/// <summary>
/// What OpenTelemetry's semantic conventions for HTTP name alike for the request's span and those of
/// its attempts. Whatever a client can choose is bounded.
/// </summary>
internal static class SpanAttributes
{
    /// <summary>The error of a request whose client left; the field has no word of its own for it.</summary>
    public const string ClientLeft = "client_closed_request";

    private const string OtherMethod = "_OTHER";
    private const int LongestText = 2048;
    private const int LongestMethod = 64;

    /// <summary>The span's name: the method, and what else is known without bound on neither.</summary>
    public static string Name(string method, string? route = null)
    {
        var known = KnownMethod(method);
        var name = known == OtherMethod ? "HTTP" : known;
        return route is null ? name : $"{name} {route}";
    }

    public static void SetMethod(Activity span, string method)
    {
        var known = KnownMethod(method);
        span.SetTag("http.request.method", known);
        if (known == OtherMethod)
            span.SetTag("http.request.method_original", method.Length > LongestMethod ? method[..LongestMethod] : method);
    }

    public static void SetError(Activity span, string error)
    {
        span.SetTag("error.type", error);
        // A client that leaves is no error of ours, nor of a backend's.
        if (error != ClientLeft)
            span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>The text, cut where it is longer than anybody reads.</summary>
    public static string Bound(string text) => text.Length > LongestText ? string.Concat(text.AsSpan(0, LongestText), "…") : text;

    private static string KnownMethod(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH" or "QUERY" => method,
        _ => OtherMethod,
    };
}
