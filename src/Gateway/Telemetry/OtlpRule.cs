using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>
/// Checks OpenTelemetry's variables before anything is built from them: the SDK passes over what it
/// cannot read, and nothing would ever arrive.
/// </summary>
internal sealed class OtlpRule : IConfigurationRule
{
    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    public void Check(IConfiguration configuration, FaultList faults)
    {
        var variables = new OtlpVariables(configuration);
        OneOf(variables, OtlpVariables.Disabled, ["true", "false"], faults);
        if (variables.IsDisabled)
            return;
        foreach (var signal in OtlpVariables.Signals)
            CheckExporters(variables, signal, faults);
        // Whoever exports nothing may have variables that are meant for others.
        foreach (var signal in (string?[])[null, .. OtlpVariables.Signals])
        {
            CheckEndpoint(variables, OtlpVariables.NameOf(signal, "ENDPOINT"), faults);
            if (signal is null ? OtlpVariables.Signals.Any(variables.Exports) : variables.Exports(signal))
                CheckTransport(variables, signal, faults);
        }
        if (variables.Exports(OtlpVariables.Traces))
            CheckSampler(variables, faults);
    }

    private static void CheckExporters(OtlpVariables variables, string signal, FaultList faults)
    {
        // A metric's other way is there anyway: /metrics.
        string[] allowed = signal == OtlpVariables.Metrics ? ["otlp", "prometheus", "none"] : ["otlp", "none"];
        if (variables.ExportersOf(signal).FirstOrDefault(name => !allowed.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            faults.Add(OtlpVariables.ExporterOf(signal), unknown, $"is not known; allowed is {string.Join(", ", allowed)}.");
    }

    private static void CheckEndpoint(OtlpVariables variables, string name, FaultList faults)
    {
        if (variables[name] is not { } value)
            return;
        if (!Uri.TryCreate(value, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
            // A password may stand in it.
            faults.Add(name, value.Contains('@', StringComparison.Ordinal) ? null : value,
                "is not the address of a collector; allowed is http:// or https:// with a host and a port, such as http://localhost:4317. Unset it to export nothing.");
    }

    private static void CheckTransport(OtlpVariables variables, string? signal, FaultList faults)
    {
        OneOf(variables, OtlpVariables.NameOf(signal, "PROTOCOL"), ["grpc", "http/protobuf"], faults);
        OneOf(variables, OtlpVariables.NameOf(signal, "COMPRESSION"), ["gzip", "none"], faults);
        var timeout = OtlpVariables.NameOf(signal, "TIMEOUT");
        if (variables[timeout] is { } time && !(int.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0))
            faults.Add(timeout, time, "is not a time; allowed are milliseconds from 1 to 2147483647.");
        var headers = OtlpVariables.NameOf(signal, "HEADERS");
        if (variables[headers] is { } text && !AreHeaders(text))
            // Keys to the collector stand in it: the value is not shown.
            faults.Add(headers, "is not a list of headers; allowed is name=value,name=value with each name once.");
    }

    private static bool AreHeaders(string text)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return Uri.UnescapeDataString(text).Split(',').All(pair =>
            pair.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && names.Add(pair[..at].Trim()) && IsHeader(pair[..at].Trim(), pair[(at + 1)..].Trim()));
    }

    // As it will be done for each batch, where it would fail unseen.
    private static bool IsHeader(string name, string value)
    {
        using var message = new HttpRequestMessage();
        try
        {
            message.Headers.Add(name, value);
            return true;
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }

    private static void CheckSampler(OtlpVariables variables, FaultList faults)
    {
        OneOf(variables, OtlpVariables.Sampler, Samplers, faults);
        if (variables[OtlpVariables.SamplerArgument] is { } ratio && variables[OtlpVariables.Sampler] is { } sampler
            && sampler.EndsWith("traceidratio", StringComparison.OrdinalIgnoreCase)
            && !(double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1))
        {
            faults.Add(OtlpVariables.SamplerArgument, ratio, "is not a share; allowed is 0 to 1.");
        }
    }

    private static void OneOf(OtlpVariables variables, string name, string[] allowed, FaultList faults)
    {
        if (variables[name] is { } value && !allowed.Contains(value, StringComparer.OrdinalIgnoreCase))
            faults.Add(name, value, $"is not known; allowed is {string.Join(", ", allowed)}.");
    }
}
