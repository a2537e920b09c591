using System.Text.Json;

namespace Gateway.Management;

/// <summary>What the management endpoint answers.</summary>
internal static class ManagementEndpoints
{
    public static RequestDelegate Build(IServiceProvider services)
    {
        var readiness = services.GetServices<IReadiness>().Prepend(new Listening(services.GetRequiredService<IHostApplicationLifetime>())).ToArray();
        var app = new ApplicationBuilder(services);
        app.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        app.Run(context => context.Request.Path.Value switch
        {
            _ when !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method) => Status(context, StatusCodes.Status405MethodNotAllowed),
            "/health/live" => WriteAsync(context, StatusCodes.Status200OK, "live", []),
            "/health/ready" => WriteReadyAsync(context, readiness),
            _ => Status(context, StatusCodes.Status404NotFound),
        });
        return app.Build();
    }

    // This endpoint is there first; the traffic's are when the whole application has started.
    private sealed class Listening(IHostApplicationLifetime application) : IReadiness
    {
        public string? NotReadyBecause => application.ApplicationStarted.IsCancellationRequested ? null : "the traffic endpoints do not listen yet";
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task WriteReadyAsync(HttpContext context, IReadiness[] conditions)
    {
        var reasons = conditions.Select(condition => condition.NotReadyBecause).OfType<string>().ToArray();
        return reasons.Length == 0
            ? WriteAsync(context, StatusCodes.Status200OK, "ready", reasons)
            : WriteAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready", reasons);
    }

    private static async Task WriteAsync(HttpContext context, int status, string word, string[] reasons)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(reasons.Length == 0 ? new { status = word } : (object)new { status = word, reasons });
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body);
    }
}
