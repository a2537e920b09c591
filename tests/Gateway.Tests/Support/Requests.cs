using Gateway.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Support;

/// <summary>Requests that have come as far as the first gate.</summary>
internal static class Requests
{
    public static DefaultHttpContext New(string method = "GET", string path = "/")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = path;
        context.Response.Body = new MemoryStream();
        return context.WithExchange();
    }

    public static DefaultHttpContext WithExchange(this DefaultHttpContext context, long started = 0, string? traceparent = null)
    {
        // A test runner's own activity would be taken for the request's.
        System.Diagnostics.Activity.Current = null;
        context.Features.Set(new Exchange(context, started, TraceContext.Continue(traceparent)));
        return context;
    }

    public static Exchange Exchange(this HttpContext context) => Gateway.Telemetry.Exchange.Of(context);
}
