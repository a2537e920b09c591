using System.Net.Mime;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Backend;

/// <summary>Responses that take their time or their space.</summary>
internal static class StreamEndpoints
{
    private const long MaxBytes = 1L << 30;
    private static readonly byte[] Chunk = Enumerable.Range(0, 1 << 16).Select(i => (byte)('a' + (i % 26))).ToArray();

    public static async Task BytesAsync(HttpContext context, long n)
    {
        if (n is < 0 or > MaxBytes)
        {
            await Endpoints.OutOfRange(nameof(n), 0, MaxBytes).ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.ContentLength = n;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        for (var left = n; left > 0; left -= Chunk.Length)
            await context.Response.Body.WriteAsync(Chunk.AsMemory(0, (int)Math.Min(left, Chunk.Length)), context.RequestAborted);
    }

    public static IResult Events(BackendState state, CancellationToken aborted, int count = 10, int ms = 1000)
    {
        if (count is < 0 or > Endpoints.MaxEvents)
            return Endpoints.OutOfRange(nameof(count), 0, Endpoints.MaxEvents);
        if (ms is < 0 or > Endpoints.MaxMilliseconds)
            return Endpoints.OutOfRange(nameof(ms), 0, Endpoints.MaxMilliseconds);
        return TypedResults.ServerSentEvents(TickAsync(state, count, TimeSpan.FromMilliseconds(ms), aborted));
    }

    public static async Task TrailersAsync(HttpContext context)
    {
        const string body = "a trailer follows\n";
        const string trailer = "X-Trailer";
        const string value = "sent after the body";
        context.Response.DeclareTrailer(trailer);
        if (context.Response.SupportsTrailers())
        {
            await context.Response.WriteAsync(body, context.RequestAborted);
            context.Response.AppendTrailer(trailer, value);
            return;
        }

        // Kestrel has no trailers for HTTP/1.1, but leaves the chunks to whoever sets the transfer encoding.
        context.Response.Headers.TransferEncoding = "chunked";
        await context.Response.WriteAsync($"{body.Length:x}\r\n{body}\r\n0\r\n{trailer}: {value}\r\n\r\n", context.RequestAborted);
    }

    private static async IAsyncEnumerable<SseItem<string>> TickAsync(
        BackendState state, int count, TimeSpan pause, [EnumeratorCancellation] CancellationToken aborted)
    {
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                await Task.Delay(pause, state.Time, aborted);
            yield return new SseItem<string>($"{i} from {state.Name}", "tick") { EventId = $"{i}" };
        }
    }
}
