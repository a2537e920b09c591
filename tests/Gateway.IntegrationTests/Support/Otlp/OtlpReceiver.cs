using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Support.Otlp;

/// <summary>A collector: takes traces, metrics and logs over http/protobuf and gRPC, and keeps them.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpLogLine> _lines = new();
    private readonly ConcurrentDictionary<string, bool> _metrics = new();
    private readonly ConcurrentQueue<IReadOnlyDictionary<string, string>> _resources = new();
    private readonly ConcurrentQueue<(string Path, Dictionary<string, string> Headers)> _requests = new();
    private volatile int _status = StatusCodes.Status200OK;

    private OtlpReceiver(WebApplication app) => _app = app;

    public Uri Http => new(_app.Urls.First());

    public Uri Grpc => new(_app.Urls.Last());

    /// <summary>What it answers from now on.</summary>
    public int Status { set => _status = value; }

    public IReadOnlyList<OtlpSpan> Spans => [.. _spans];

    public IReadOnlyList<OtlpLogLine> Lines => [.. _lines];

    public IReadOnlyList<string> Metrics => [.. _metrics.Keys];

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Resources => [.. _resources];

    public IReadOnlyList<(string Path, Dictionary<string, string> Headers)> Requests => [.. _requests];

    public static async Task<OtlpReceiver> StartAsync()
    {
        // Empty: the settings that lie beside the tests are a gateway's.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var receiver = new OtlpReceiver(builder.Build());
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync(Bounds.Token);
        return receiver;
    }

    /// <summary>The spans of one trace, the request's first, when so many have come.</summary>
    public async Task<IReadOnlyList<OtlpSpan>> TraceAsync(string traceId, int spans)
    {
        await Eventually.TrueAsync(() => Of(traceId).Count >= spans, $"{spans} spans of trace {traceId}");
        var trace = Of(traceId);
        Assert.Equal(spans, trace.Count);
        return trace;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // An attempt ends before its request does, and so comes first.
    private List<OtlpSpan> Of(string traceId) => [.. _spans.Where(span => span.TraceId == traceId).OrderBy(span => span.Kind)];

    private async Task TakeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var isGrpc = context.Request.ContentType == "application/grpc";
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        _requests.Enqueue((path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString())));
        context.Response.StatusCode = _status;
        if (_status != StatusCodes.Status200OK)
            return;
        // gRPC: a byte that says whether the message is compressed, and four for its length.
        Keep(path, ProtobufMessage.Parse(body.ToArray().AsMemory(isGrpc ? 5 : 0)));
        if (!isGrpc)
            return;
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private void Keep(string path, ProtobufMessage request)
    {
        foreach (var resource in OtlpMessages.Resources(request))
            _resources.Enqueue(resource);
        if (path.Contains("trace", StringComparison.OrdinalIgnoreCase))
            OtlpMessages.Spans(request).ToList().ForEach(_spans.Enqueue);
        else if (path.Contains("metrics", StringComparison.OrdinalIgnoreCase))
            OtlpMessages.MetricNames(request).ToList().ForEach(name => _metrics[name] = true);
        else
            OtlpMessages.LogLines(request).ToList().ForEach(_lines.Enqueue);
    }
}
