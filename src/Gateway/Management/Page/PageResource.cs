namespace Gateway.Management.Page;

/// <summary><c>/</c>: the operators' page, which reads the API as everybody else does.</summary>
internal sealed class PageResource : IManagementResource
{
    private static readonly PageDocument Document = PageDocument.Read();

    public string Path => "/";

    public async Task AnswerAsync(HttpContext context, string rest)
    {
        if (rest.Length > 0)
        {
            await ManagementAnswer.NotFoundAsync(context);
            return;
        }
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Document.SecurityPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = Document.Html.Length;
        if (HttpMethods.IsGet(context.Request.Method))
            await context.Response.Body.WriteAsync(Document.Html, context.RequestAborted);
    }
}
