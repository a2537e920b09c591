using System.Globalization;
using Gateway.Configuration;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Gateway.Telemetry;

/// <summary>Sends traces, metrics and the gateway's own log lines to a collector by OTLP, where OpenTelemetry's variables name one.</summary>
/// <remarks>
/// The access log stays on standard output alone: a request's span tells the same. What is not
/// exported is not registered, so nobody listens and nothing is paid.
/// </remarks>
internal static class OtlpExport
{
    private const string ServiceName = "gateway";

    /// <param name="builder">The host.</param>
    /// <param name="hasMetrics">Whether metrics are kept at all.</param>
    public static void AddOtlpExport(this WebApplicationBuilder builder, bool hasMetrics)
    {
        var variables = new OtlpVariables(builder.Configuration);
        builder.Services.AddSingleton<IReloadRule, OtlpReloadRule>();
        if (variables.IsDisabled)
        {
            // The SDK would take /metrics away as well, and that is no export.
            builder.Configuration.AddInMemoryCollection([new(OtlpVariables.Disabled, "false")]);
            return;
        }
        if (!OtlpVariables.Signals.Any(variables.Exports))
            return;
        var collectors = new Collectors();
        builder.Services.AddSingleton(collectors);
        builder.Services.AddHostedService<CollectorService>();
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        if (variables.Exports(OtlpVariables.Traces))
            telemetry.WithTracing(tracing => tracing.AddSource(RequestSpans.SourceName).AddOtlpExporter(Of(OtlpVariables.Traces)));
        if (hasMetrics && variables.Exports(OtlpVariables.Metrics))
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter(Of(OtlpVariables.Metrics)));
        if (variables.Exports(OtlpVariables.Logs))
            telemetry.WithLogging(logging => logging.AddOtlpExporter(Of(OtlpVariables.Logs)), options => options.IncludeFormattedMessage = true);

        Action<OtlpExporterOptions> Of(string signal) => options =>
        {
            Override(options, variables, signal);
            options.HttpClientFactory = collectors.Watch(options.HttpClientFactory);
        };
    }

    // The environment's own words come last and win.
    private static void Describe(ResourceBuilder resource) => resource.Clear()
        .AddService(ServiceName, serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3))
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    // What a signal's own variables say; the SDK has read those that speak of all signals.
    private static void Override(OtlpExporterOptions options, OtlpVariables variables, string signal)
    {
        if (Value("PROTOCOL") is { } protocol)
            options.Protocol = IsSame(protocol, "grpc") ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        if (Value("ENDPOINT") is { } endpoint)
            options.Endpoint = new Uri(endpoint);
        if (Value("HEADERS") is { } headers)
            options.Headers = headers;
        if (Value("TIMEOUT") is { } timeout)
            options.TimeoutMilliseconds = int.Parse(timeout, CultureInfo.InvariantCulture);
        if (Value("COMPRESSION") is { } compression)
            options.Compression = IsSame(compression, "gzip") ? OtlpExportCompression.GZip : OtlpExportCompression.None;

        string? Value(string key) => variables[OtlpVariables.NameOf(signal, key)];
    }

    private static bool IsSame(string value, string word) => value.Equals(word, StringComparison.OrdinalIgnoreCase);
}
