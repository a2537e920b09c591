namespace Gateway.Management;

/// <summary><c>/api/openapi.json</c>: what the API answers, described in OpenAPI 3.1. A test holds the document to real answers.</summary>
internal sealed class OpenApiResource : IManagementResource
{
    private static readonly byte[] Document = Read();

    public string Path => "/api/openapi.json";

    public async Task AnswerAsync(HttpContext context, string rest)
    {
        if (rest.Length > 0)
        {
            await ManagementAnswer.NotFoundAsync(context);
            return;
        }
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = Document.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.Body.WriteAsync(Document, context.RequestAborted);
    }

    private static byte[] Read()
    {
        using var stream = typeof(OpenApiResource).Assembly.GetManifestResourceStream("openapi.json")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
