using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Telemetry;

namespace Gateway.Refusals;

/// <summary>
/// The one place that answers a request with a refusal: problem details (RFC 9457), a
/// <c>Proxy-Status</c> header (RFC 9209), and for gRPC the same as a trailers-only response.
/// </summary>
internal static class RefusalWriter
{
    // Titles are as few as reasons are.
    private static readonly ConcurrentDictionary<string, string> Types = new(StringComparer.Ordinal);

    // Refusals come in floods; what one is written with serves the next on the same thread.
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Text, Utf8JsonWriter Json) _lent;

    public static Task WriteAsync(HttpContext context, Refusal refusal)
    {
        var exchange = Exchange.Of(context);
        exchange.Refuse(refusal);
        var response = context.Response;
        if (response.HasStarted)
        {
            // Too late to say no in words: cutting the message off is all that tells the client it is not whole.
            context.Abort();
            return Task.CompletedTask;
        }
        response.Clear();
        response.Headers["Proxy-Status"] = $"gateway; error={refusal.ProxyStatusError}";
        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in refusal.Headers)
            response.Headers[name] = value;
        return IsGrpc(context.Request) ? WriteGrpc(response, refusal) : WriteProblemAsync(context, refusal, exchange);
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase);

    // Trailers-only: status and message stand in the one and only block of headers.
    private static Task WriteGrpc(HttpResponse response, Refusal refusal)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = refusal.GrpcStatus.ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = PercentEncode($"{refusal.Title}: {refusal.Detail}");
        return Task.CompletedTask;
    }

    private static Task WriteProblemAsync(HttpContext context, Refusal refusal, Exchange exchange)
    {
        var response = context.Response;
        var body = Problem(refusal, exchange.Trace);
        response.StatusCode = refusal.Status;
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }

    private static byte[] Problem(Refusal refusal, TraceContext trace)
    {
        var (text, json) = Lend();
        json.WriteStartObject();
        json.WriteString("type", Types.GetOrAdd(refusal.Title, static title => $"urn:gateway:refusal:{title.Replace(' ', '-').ToLowerInvariant()}"));
        json.WriteString("title", refusal.Title);
        json.WriteNumber("status", refusal.Status);
        json.WriteString("detail", refusal.Detail);
        json.WriteString("gate", refusal.Gate);
        if (refusal.Scope is not null)
            json.WriteString("scope", refusal.Scope);
        Span<char> traceId = stackalloc char[32];
        trace.WriteTraceId(traceId);
        json.WriteString("traceId", traceId);
        json.WriteEndObject();
        json.Flush();
        return text.WrittenSpan.ToArray();
    }

    private static (ArrayBufferWriter<byte> Text, Utf8JsonWriter Json) Lend()
    {
        if (_lent.Text is null)
        {
            var text = new ArrayBufferWriter<byte>(1024);
            _lent = (text, new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        }
        _lent.Text.ResetWrittenCount();
        _lent.Json.Reset();
        return _lent;
    }

    // gRPC over HTTP/2, Status-Message: visible ASCII but '%' stays, all else is percent-encoded.
    private static string PercentEncode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= 0x20 and <= 0x7E and not (byte)'%')
                encoded.Append((char)b);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }
        return encoded.ToString();
    }
}
