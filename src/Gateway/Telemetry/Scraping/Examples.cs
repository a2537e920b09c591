using System.Diagnostics;

namespace Gateway.Telemetry.Scraping;

/// <summary>
/// Makes a request's trace the example of its duration. OpenTelemetry's SDK takes the current activity
/// for that; requests have none while nobody traces, so one is lent for the moment of the measurement.
/// </summary>
internal sealed class Examples(RequestSpans spans)
{
    private volatile bool _wanted;

    /// <summary>Whether the spans of examples are lent ones, which nobody can look up.</summary>
    public bool HideSpans => _wanted && !spans.Source.HasListeners();

    /// <summary>A scraper asked for examples; nothing is paid for them before.</summary>
    public void Want() => _wanted = true;

    /// <summary>Lends the trace of an exchange, until what is returned is disposed of; null where no example is due.</summary>
    /// <param name="exchange">The exchange that ended.</param>
    /// <param name="cell">Where it was counted; it tells whose turn it is.</param>
    /// <param name="seconds">How long the exchange took.</param>
    /// <param name="now">Whole seconds on any clock that goes on.</param>
    public Activity? Lend(Exchange exchange, TrafficCell cell, double seconds, long now)
    {
        if (!_wanted || !exchange.Trace.IsSampled || Activity.Current is not null || !cell.TryTakeTurn(BucketOf(seconds), now))
            return null;
        var activity = new Activity("example").SetParentId(exchange.Trace.ToTraceParent());
        activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        return activity.Start();
    }

    private static int BucketOf(double seconds)
    {
        var index = Array.BinarySearch(MetricViews.Durations, seconds);
        return index < 0 ? ~index : index;
    }
}
