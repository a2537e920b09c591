using System.Text.Json;
using Gateway.Telemetry.Scraping;

namespace Gateway.Management;

/// <summary>What the management endpoint answers.</summary>
internal static class ManagementEndpoints
{
    public static RequestDelegate Build(IServiceProvider services)
    {
        var readiness = services.GetRequiredService<Readiness>();
        var guard = services.GetRequiredService<BrowserGuard>();
        var resources = services.GetServices<IManagementResource>().OrderByDescending(resource => resource.Path.Length).ToArray();
        var scrape = ScrapeEndpoint.Build(services) ?? (static context => ManagementAnswer.WriteProblemAsync(
            context, StatusCodes.Status404NotFound, "Not found", "The gateway was started without metrics: Gateway:Metrics:Enabled is false."));
        var app = new ApplicationBuilder(services);
        app.Use(next => context => GuardAsync(context, next, services.GetRequiredService<ILogger<ManagementServer>>()));
        app.Run(context => context.Request.Path.Value switch
        {
            ScrapeEndpoint.Path => scrape(context),
            "/health/live" => WriteHealthAsync(context, StatusCodes.Status200OK, "live", []),
            "/health/ready" => WriteReadyAsync(context, readiness.Reasons),
            // Behind those that monitoring asks, by whatever name it knows this machine.
            var path when IsForBrowsers(path) => guard.AnswerAsync(context, guarded => AnswerAsync(guarded, path ?? "", resources)),
            var path => AnswerAsync(context, path ?? "", resources),
        });
        return app.Build();
    }

    // Nothing here changes anything, nothing of it is for caches, and no browser is to guess what it is.
    private static async Task GuardAsync(HttpContext context, RequestDelegate next, ILogger logger)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            await ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status405MethodNotAllowed, "Method not allowed", "The management endpoint is read with GET and HEAD.");
            return;
        }
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested)
        {
            ManagementLog.Failed(logger, context.Request.Path.Value ?? "", error);
            if (context.Response.HasStarted)
                context.Abort();
            else
                await ManagementAnswer.WriteProblemAsync(context, StatusCodes.Status500InternalServerError, "Internal error", "The gateway failed on this request; its log tells more.");
        }
    }

    private static bool IsForBrowsers(string? path) => path is "/" or "/api" || path?.StartsWith("/api/", StringComparison.Ordinal) is true;

    private static Task AnswerAsync(HttpContext context, string path, IManagementResource[] resources)
    {
        foreach (var resource in resources)
        {
            if (path.Equals(resource.Path, StringComparison.Ordinal))
                return resource.AnswerAsync(context, "");
            if (path.StartsWith(resource.Path, StringComparison.Ordinal) && path[resource.Path.Length] == '/')
                return resource.AnswerAsync(context, path[(resource.Path.Length + 1)..]);
        }
        return ManagementAnswer.NotFoundAsync(context);
    }

    private static Task WriteReadyAsync(HttpContext context, string[] reasons) => reasons.Length == 0
        ? WriteHealthAsync(context, StatusCodes.Status200OK, "ready", reasons)
        : WriteHealthAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready", reasons);

    private static async Task WriteHealthAsync(HttpContext context, int status, string word, string[] reasons)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(reasons.Length == 0 ? new { status = word } : (object)new { status = word, reasons });
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }
}
