using System.Text.Json;

namespace Gateway.Telemetry;

/// <summary>The access log's settings of one configuration, made ready: which requests are written, and how.</summary>
internal sealed class AccessLogStyle(AccessLogSettings settings)
{
    private const int FirstError = 400;
    private const double AllRandomness = 1UL << 56;
    private readonly ulong _written = (ulong)(settings.SampleRatio * AllRandomness);

    public bool Enabled { get; } = settings.Enabled;

    public bool Combined { get; } = settings.Format == AccessLogFormat.Combined;

    /// <summary>Says whether the request gets a line. All do that did not end well; of the others a share, the same for all parts of a trace.</summary>
    public bool Writes(Exchange exchange) =>
        Enabled && (exchange.Trace.Randomness < _written || exchange.Aborted || exchange.Refusal is not null || exchange.Context.Response.StatusCode >= FirstError);

    /// <summary>Writes lines for one thread, which lends what JSON is written with.</summary>
    public IAccessLogLines CreateLines(Utf8JsonWriter json)
    {
        var clients = new ClientAddressText(settings.ClientAddress);
        if (Combined)
            return new AccessLogCombinedLines(clients);
        return new AccessLogJsonLines(json, settings.Fields.Count == 0 ? AccessLogFields.All : [.. settings.Fields.Select(name => AccessLogFields.Find(name)!.Value)], clients);
    }
}
