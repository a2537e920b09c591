using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Telemetry;

/// <summary>What the access log keeps of one exchange until its line is written.</summary>
/// <param name="exchange">The exchange, which has ended.</param>
/// <param name="combined">Whether to keep what only the combined format tells.</param>
internal readonly struct AccessLogEntry(Exchange exchange, bool combined)
{
    // A client may send more than anybody wants to read, and the queue would keep it thousands of times.
    private const int LongestText = 2048;

    public readonly long Started = exchange.Started;
    public readonly long Ended = exchange.Ended;
    public readonly string Method = Bounded(exchange.Method);
    public readonly string Host = Bounded(exchange.Context.Request.Headers.Host.ToString());
    public readonly string Path = Bounded(exchange.Path);
    public readonly string Protocol = exchange.Context.Request.Protocol;
    public readonly int Status = exchange.Context.Response.StatusCode;
    public readonly long BytesIn = exchange.RequestBody?.Bytes ?? 0;
    public readonly long BytesOut = exchange.ResponseBody?.Bytes ?? 0;
    public readonly TimeSpan? UpstreamDuration = exchange.UpstreamDuration;
    public readonly string Route = exchange.Route;
    public readonly string Cluster = exchange.Cluster;
    public readonly string Destination = exchange.Destination;
    public readonly int Attempts = exchange.Attempts;
    public readonly string? Gate = exchange.Refusal?.Gate;
    public readonly IPAddress? Client = exchange.Context.Connection.RemoteIpAddress;
    public readonly TraceContext Trace = exchange.Trace;
    public readonly bool Aborted = exchange.Aborted;

    /// <summary>The request's target as it was sent, without a query; null unless the format tells it.</summary>
    public readonly string? Target = combined ? Bounded(WithoutSecrets(exchange.Context.Features.Get<IHttpRequestFeature>()!.RawTarget)) : null;

    /// <summary>The address of the page that led here, without query, user and password: another site's secrets are none of ours to keep.</summary>
    public readonly string? Referer = combined ? Bounded(WithoutSecrets(exchange.Context.Request.Headers.Referer.ToString())) : null;

    public readonly string? UserAgent = combined ? Bounded(exchange.Context.Request.Headers.UserAgent.ToString()) : null;

    internal static string Bounded(string text)
    {
        if (text.Length <= LongestText)
            return text;
        // Half of a pair of surrogates would be no character.
        var end = char.IsHighSurrogate(text[LongestText - 2]) ? LongestText - 2 : LongestText - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static string WithoutSecrets(string address)
    {
        var end = address.AsSpan().IndexOfAny('?', '#');
        return WithoutUser(end < 0 ? address : address[..end]);
    }

    // RFC 3986 §3.2: an authority stands between two slashes, behind a scheme or none, and the next one. Browsers take backslashes for slashes.
    private static string WithoutUser(string address)
    {
        var at = address.LastIndexOf('@');
        if (at < 0)
            return address;
        var scheme = address.AsSpan().IndexOfAny('/', '\\');
        if (scheme < 0 || scheme + 1 >= address.Length || address[scheme + 1] is not ('/' or '\\') || (scheme > 0 && address[scheme - 1] != ':'))
            return address;
        var start = scheme + 2;
        var length = address.AsSpan(start).IndexOfAny('/', '\\');
        var authority = length < 0 ? address.AsSpan(start) : address.AsSpan(start, length);
        var user = authority.LastIndexOf('@') + 1;
        return address.Remove(start, user);
    }
}
