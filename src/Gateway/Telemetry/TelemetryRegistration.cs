using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Telemetry.Scraping;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry;

internal static class TelemetryRegistration
{
    /// <summary>Meters, logs and the record of each exchange.</summary>
    public static WebApplicationBuilder AddTelemetry(this WebApplicationBuilder builder)
    {
        AddLogging(builder);
        builder.Services.AddMetrics();
        AddExport(builder);
        builder.Services.AddOpenSection<LoggingShape>("Logging");
        builder.Services.AddSettings(AccessLogSettings.Section);
        builder.Services.AddAdvisor<AccessLogAdvisor>();
        builder.Services.AddSingleton<StandardOutput>();
        builder.Services.AddListener<AccessLog>();
        builder.Services.AddHostedService(services => services.GetRequiredService<AccessLog>());
        builder.Services.AddObserver<AccessLog>();
        builder.Services.AddListener<RequestSpans>();
        builder.Services.AddSingleton<Examples>();
        builder.Services.AddListener<LiveIds>();
        builder.Services.AddListener<SeriesRoom>();
        builder.Services.AddSingleton<IConfigurationAdvisor>(services => services.GetRequiredService<SeriesRoom>());
        builder.Services.AddSingleton<ExchangeMetrics>();
        builder.Services.AddObserver<ExchangeMetrics>();
        return builder;
    }

    public static void UseExchange(this WebApplication app) => app.UseMiddleware<ExchangeMiddleware>();

    /// <summary>Registers who follows every exchange; the type itself is registered already.</summary>
    public static IServiceCollection AddObserver<T>(this IServiceCollection services) where T : class, IExchangeObserver =>
        services.AddSingleton<IExchangeObserver>(provider => provider.GetRequiredService<T>());

    /// <summary>Registers a class that creates observable instruments; it is made when the gateway starts.</summary>
    public static IServiceCollection AddMetrics<T>(this IServiceCollection services) where T : class =>
        services.AddSingleton<T>().AddSingleton<IInstruments>(provider => new Instruments<T>(provider.GetRequiredService<T>()));

    private static void AddExport(WebApplicationBuilder builder)
    {
        builder.Services.AddSettings(MetricsSettings.Section);
        builder.Services.AddSingleton<IReloadRule, MetricsReloadRule>();
        var settings = MetricsSettings.Of(builder.Configuration);
        StartSelfDiagnostics();
        if (settings.Enabled)
        {
            // Kept for durations only: room for examples of every counter and gauge would cost a seventh of a scrape.
            builder.Configuration.AddInMemoryCollection([new(OtlpVariables.HistogramExamples, "trace_based")]);
            builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
                .AddMeter(Meters.Exported)
                // A scrape shows this moment, and the labels are those of the contract alone.
                .AddPrometheusExporter(options => (options.ScrapeResponseCacheDurationMilliseconds, options.ScopeInfoEnabled) = (0, false)));
            builder.Services.ConfigureOpenTelemetryMeterProvider((services, metrics) =>
                metrics.AddView(new MetricViews(services.GetRequiredService<IMeterFactory>(), services.GetRequiredService<SeriesRoom>(), settings.MaxSeries).Of));
        }
        builder.AddOtlpExport(settings.Enabled);
    }

    // OpenTelemetry's self-diagnostics start with the first use of its SDK and last as long as the process. Whatever
    // the caller's context carries, such as the host builder of a test, would live as long.
    private static void StartSelfDiagnostics()
    {
        using var withoutContext = ExecutionContext.SuppressFlow();
        RuntimeHelpers.RunClassConstructor(typeof(Sdk).TypeHandle);
    }

    private static void AddLogging(WebApplicationBuilder builder)
    {
        // The access log tells each request once. YARP and ASP.NET Core would tell it again in several lines,
        // and the host's own account costs each request an activity and a scope. Who configures a level gets it.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // A failed attempt is told in one sentence by who makes it; YARP adds a stack trace to each.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.None);
        // Keys for affinity cookies are made on the first start: no news for an operator.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // What keeps the host from starting is told once, in a sentence, by the command that starts it.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        if (Console.IsOutputRedirected)
            builder.Logging.AddJsonConsole(options => (options.JsonWriterOptions, options.TimestampFormat, options.UseUtcTimestamp) =
                (new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }, "yyyy-MM-ddTHH:mm:ss.fffZ", true));
        else
            builder.Logging.AddSimpleConsole(options => (options.SingleLine, options.TimestampFormat) = (true, "HH:mm:ss "));
        // Standard output that nobody reads loses messages; it does not stop the gateway.
        builder.Services.Configure<ConsoleLoggerOptions>(options => options.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
    }
}

/// <summary>Marks what must be made at the start for its instruments to exist.</summary>
internal interface IInstruments;

internal sealed class Instruments<T>(T instance) : IInstruments
{
    public T Instance { get; } = instance;
}
