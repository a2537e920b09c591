namespace Gateway.Telemetry;

/// <summary>OpenTelemetry's own environment variables, of which the SDK reads only a part by itself.</summary>
/// <remarks>A variable that is empty is one that is not set, as the specification has it.</remarks>
internal sealed class OtlpVariables(IConfiguration configuration)
{
    public const string Disabled = "OTEL_SDK_DISABLED";
    public const string HistogramExamples = "OTEL_DOTNET_EXPERIMENTAL_METRICS_EXEMPLAR_FILTER_HISTOGRAMS";
    public const string Sampler = "OTEL_TRACES_SAMPLER";
    public const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";
    public const string ResourceAttributes = "OTEL_RESOURCE_ATTRIBUTES";

    /// <summary>The signals as variables name them.</summary>
    public static readonly string[] Signals = [Traces, Metrics, Logs];

    public const string Traces = "TRACES";
    public const string Metrics = "METRICS";
    public const string Logs = "LOGS";

    public bool IsDisabled => string.Equals(this[Disabled], "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>The value of a variable; null when it is not set.</summary>
    public string? this[string name] => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;

    /// <summary>The name of the variable that speaks of one signal, or of all where <paramref name="signal"/> is null.</summary>
    public static string NameOf(string? signal, string key) => signal is null ? $"OTEL_EXPORTER_OTLP_{key}" : $"OTEL_EXPORTER_OTLP_{signal}_{key}";

    /// <summary>The name of the variable that says where a signal goes.</summary>
    public static string ExporterOf(string signal) => $"OTEL_{signal}_EXPORTER";

    /// <summary>Whether a signal is exported: an endpoint is set and nothing turns it off.</summary>
    public bool Exports(string signal) => !IsDisabled
        && (this[NameOf(signal, "ENDPOINT")] ?? this[NameOf(null, "ENDPOINT")]) is not null
        && ExportersOf(signal).Contains("otlp", StringComparer.OrdinalIgnoreCase);

    /// <summary>The exporters that are named for a signal; OTLP where none is.</summary>
    public string[] ExportersOf(string signal) =>
        this[ExporterOf(signal)]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? ["otlp"];
}
