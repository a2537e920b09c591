using System.Text.Json;

namespace Gateway.Management;

/// <summary>How the management endpoint answers.</summary>
internal static class ManagementAnswer
{
    /// <summary>Answers with JSON that goes out as it is written.</summary>
    public static async Task WriteJsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter))
            write(json);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
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
