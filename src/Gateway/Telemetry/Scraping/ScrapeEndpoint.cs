using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Scraping;

/// <summary>Answers <c>/metrics</c>: OpenTelemetry's exporter writes, and what is gone is left out.</summary>
internal static class ScrapeEndpoint
{
    public const string Path = "/metrics";

    /// <summary>Who answers; null when the gateway was started without metrics.</summary>
    public static RequestDelegate? Build(IServiceProvider services)
    {
        if (services.GetService<MeterProvider>() is null)
            return null;
        var exporter = new ApplicationBuilder(services);
        exporter.UseOpenTelemetryPrometheusScrapingEndpoint(Path);
        var (export, live, examples) = (exporter.Build(), services.GetRequiredService<LiveIds>(), services.GetRequiredService<Examples>());
        return context => AnswerAsync(context, export, live, examples);
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate export, LiveIds live, Examples examples)
    {
        // Scrapers are near: to compress what they read costs more than all the rest of a scrape.
        context.Request.Headers.AcceptEncoding = default;
        var (body, writer) = (context.Response.Body, context.Response.BodyWriter);
        context.Response.Body = new ScrapeStream(new ScrapeText(live, writer, examples.HideSpans));
        try
        {
            await export(context);
        }
        finally
        {
            context.Response.Body = body;
        }
        if (context.Response.ContentType?.StartsWith("application/openmetrics-text", StringComparison.Ordinal) is true)
            examples.Want();
        await writer.FlushAsync(context.RequestAborted);
    }

    private sealed class ScrapeStream(ScrapeText text) : AsyncStream
    {
        public override bool CanRead => false;

        public override bool CanWrite => true;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            text.Write(buffer.Span);
            return default;
        }

        // What is written goes out when it is complete.
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
