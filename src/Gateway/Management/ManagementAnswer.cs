using System.IO.Pipelines;
using System.Text.Json;

namespace Gateway.Management;

/// <summary>How the management endpoint answers.</summary>
internal static class ManagementAnswer
{
    private static readonly PipeOptions Unbounded = new(pauseWriterThreshold: 0, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false);

    /// <summary>Answers with JSON, which goes out when all of it is written: who fails on the way has said nothing yet.</summary>
    public static async Task WriteJsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write, string type = "application/json")
    {
        var text = HttpMethods.IsHead(context.Request.Method) ? null : Text(write);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (text is not null)
            await SendAsync(context, text);
    }

    /// <summary>Writes JSON to the end, into memory that is lent.</summary>
    public static PipeReader Text(Action<Utf8JsonWriter> write)
    {
        var text = new Pipe(Unbounded);
        using (var json = new Utf8JsonWriter(text.Writer))
            write(json);
        text.Writer.Complete();
        return text.Reader;
    }

    /// <summary>Sends what was written, and gives the memory back.</summary>
    public static async Task SendAsync(HttpContext context, PipeReader text)
    {
        try
        {
            await text.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
        }
        finally
        {
            await text.CompleteAsync();
        }
    }

    /// <summary>Answers with problem details (RFC 9457).</summary>
    public static Task WriteProblemAsync(HttpContext context, int status, string title, string detail) =>
        WriteJsonAsync(context, status, json =>
        {
            json.WriteStartObject();
            json.WriteString("type", "about:blank");
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        }, "application/problem+json");

    public static Task NotFoundAsync(HttpContext context) =>
        WriteProblemAsync(context, StatusCodes.Status404NotFound, "Not found", "The management endpoint has nothing at this path.");
}
