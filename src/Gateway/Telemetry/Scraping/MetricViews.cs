using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;

namespace Gateway.Telemetry.Scraping;

/// <summary>Which instruments are exported, with which labels, buckets and room: what has no bound, or is told by ours already, is not.</summary>
internal sealed class MetricViews(IMeterFactory meters, SeriesRoom room, int maxSeries)
{
    // The SDK reserves the whole room of a metric when its instrument is made: room for as many series as its labels
    // can make, and no more. Methods, statuses and errors together make the most of those that grow with no configuration.
    private const int One = 1;
    private const int Words = 64;
    private const int Messages = 1_000;

    // No label at all.
    private static readonly FrozenSet<string> Single = new[]
    {
        "gateway_access_log_dropped", "gateway_config_last_reload_successful", "gateway_config_version", "gateway_draining",
        "gateway_rate_limit_clients", "gateway_ready", "gateway_requests_in_flight",
    }.ToFrozenSet();

    // Labels whose values stand in the code.
    private static readonly FrozenSet<string> Worded = new[] { "gateway_config_reloads", "gateway_rejections", "gateway_unreadable_requests" }.ToFrozenSet();

    // Several ids at once, or one with an outcome.
    private static readonly FrozenSet<string> Combined = new[]
    {
        "gateway_requests", "gateway_upstream_errors", "gateway_retries", "gateway_health_contradictions",
    }.ToFrozenSet();

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
        stream.CardinalityLimit = RoomOf(instrument);
        stream.TagKeys = instrument.Meter.Name switch
        {
            Meters.Hosting => ServerTags,
            Meters.HttpClient => ClientTags,
            _ => null,
        };
        return stream;
    }

    private int RoomOf(Instrument instrument) => instrument.Meter.Name switch
    {
        Meters.Gateway when Single.Contains(instrument.Name) => One,
        Meters.Gateway when Worded.Contains(instrument.Name) => Words,
        Meters.Gateway when Combined.Contains(instrument.Name) => room.OfCombined(maxSeries),
        Meters.Gateway => room.OfNamed(maxSeries),
        Meters.Runtime => Words,
        _ => Messages,
    };

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
