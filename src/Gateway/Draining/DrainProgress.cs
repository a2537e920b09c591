using Gateway.Telemetry;

namespace Gateway.Draining;

/// <summary>Tells every few seconds what a drain still waits for. Used by the drain's own flow.</summary>
internal sealed class DrainProgress(InFlight inFlight, TimeProvider time, ILogger logger)
{
    /// <summary>The time between two accounts.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int Listed = 20;

    private long _told = time.GetTimestamp();

    /// <summary>Tells it when it is time to.</summary>
    public void Tell()
    {
        if (time.GetElapsedTime(_told) < Interval)
            return;
        _told = time.GetTimestamp();
        var oldest = inFlight.Oldest(Listed);
        foreach (var exchange in oldest)
        {
            DrainLog.InFlight(logger, exchange.Kind.Word(), exchange.Route, exchange.Destination, exchange.Cluster,
                time.GetElapsedTime(exchange.Started).TotalSeconds, exchange.Trace.TraceId);
        }
        if (inFlight.Count - oldest.Count is > 0 and var more)
            DrainLog.MoreInFlight(logger, more);
    }
}
