using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace Backend;

/// <summary>Tells the request back: described as JSON, or byte for byte when it is <c>application/octet-stream</c>.</summary>
internal static class EchoEndpoint
{
    private const int MaxDescribedBody = 1 << 20;

    public static Task HandleAsync(HttpContext context, BackendState state) =>
        context.Request.ContentType == MediaTypeNames.Application.Octet ? StreamBackAsync(context) : DescribeAsync(context, state);

    private static async Task StreamBackAsync(HttpContext context)
    {
        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.ContentLength = context.Request.ContentLength;
        // A client that waits for the response before it sends more must get the headers first.
        await context.Response.StartAsync(context.RequestAborted);
        await context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    private static async Task DescribeAsync(HttpContext context, BackendState state)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MaxDescribedBody;
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        await context.Response.WriteAsJsonAsync(
            new
            {
                Backend = state.Name,
                context.Request.Method,
                Target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                context.Request.Protocol,
                Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToArray()),
                Body = body,
            },
            context.RequestAborted);
    }
}
