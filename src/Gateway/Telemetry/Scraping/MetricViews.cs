using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Scraping;

/// <summary>Which instruments are exported, with which labels, buckets and room: what has no bound, or is told by ours already, is not.</summary>
internal sealed class MetricViews(IMeterFactory meters, int maxSeries)
{
    // As long as there is one label at most beside a few codes, the SDK's own room is far too much.
    private const int Few = 1_000;

    /// <summary>The buckets of durations in seconds: from what a proxy adds to what its clients wait at most.</summary>
    public static readonly double[] Durations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <summary>The name of the one histogram that each destination has.</summary>
    public const string DestinationDuration = "gateway_upstream_duration";

    // The same range in wider steps: of a thousand destinations, these buckets are half of the scrape.
    private static readonly double[] DestinationDurations = [0.0005, 0.0025, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60];

    private static readonly FrozenSet<string> Left = new[]
    {
        // gateway_requests_in_flight, gateway_pool_permits_in_use and gateway_upstream_duration_seconds tell these.
        "http.server.active_requests", "http.client.active_requests", "http.client.request.duration",
        // Prometheus keeps the ending _count for histograms, and its own tools complain of gauges that have it.
        "dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.timer.count",
    }.ToFrozenSet();

    // The route is told by gateway_request_duration_seconds, and the scheme may be whatever a client told the proxy in front.
    private static readonly string[] ServerTags = ["http.request.method", "http.response.status_code", "network.protocol.version", "error.type"];

    // No addresses: what names resolve to comes and goes without end, and series for each backend, histograms among
    // them, would be more than all others together. What tells of one backend is ours.
    private static readonly string[] ClientTags = ["url.scheme", "http.connection.state", "http.request.method", "network.protocol.version"];

    public MetricStreamConfiguration? Of(Instrument instrument)
    {
        if (!IsOwn(instrument.Meter) || Left.Contains(instrument.Name))
            return MetricStreamConfiguration.Drop;
        var stream = BucketsOf(instrument) is { } buckets ? new ExplicitBucketHistogramConfiguration { Boundaries = buckets } : new MetricStreamConfiguration();
        // The room is taken at once, so only what grows with the configuration has much.
        stream.CardinalityLimit = instrument.Meter.Name is Meters.Gateway ? maxSeries : Few;
        stream.TagKeys = instrument.Meter.Name switch
        {
            Meters.Hosting => ServerTags,
            Meters.HttpClient => ClientTags,
            _ => null,
        };
        return stream;
    }

    private static double[]? BucketsOf(Instrument instrument) => instrument.Name switch
    {
        // Connections last longer than any request.
        "kestrel.connection.duration" or "http.client.connection.duration" => null,
        DestinationDuration => DestinationDurations,
        _ => instrument is Histogram<double> ? Durations : null,
    };

    // Meters are the whole process's: those of a factory belong to its application, and only the runtime's have none.
    private bool IsOwn(Meter meter) => ReferenceEquals(meter.Scope, meters) || meter is { Scope: null, Name: Meters.Runtime };
}
