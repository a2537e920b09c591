namespace Gateway.Telemetry;

/// <summary>Turns the timestamps of exchanges into times of day; read once for many lines, and not on a request's way.</summary>
internal readonly struct AccessLogClock(TimeProvider time)
{
    private readonly DateTimeOffset _now = time.GetUtcNow();
    private readonly long _timestamp = time.GetTimestamp();

    public DateTimeOffset TimeOf(long timestamp) => _now - time.GetElapsedTime(timestamp, _timestamp);

    public TimeSpan Between(long start, long end) => time.GetElapsedTime(start, end);
}
