namespace Gateway.Tests.Support;

/// <summary>A clock that moves only when a test says so, in ticks of the test's choice. Thread-safe.</summary>
internal sealed class TickClock(long frequency = 1_000_000_000) : TimeProvider
{
    private long _ticks;

    public override long TimestampFrequency => frequency;

    public long Ticks
    {
        get => Volatile.Read(ref _ticks);
        set => Volatile.Write(ref _ticks, value);
    }

    /// <summary>How far somebody has set the wall clock; timestamps know nothing of it.</summary>
    public TimeSpan WallClockSetBy { get; set; }

    public void Advance(long ticks) => Interlocked.Add(ref _ticks, ticks);

    public void Advance(TimeSpan time) => Advance((long)((Int128)time.Ticks * frequency / TimeSpan.TicksPerSecond));

    public override long GetTimestamp() => Ticks;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50) + WallClockSetBy
        + TimeSpan.FromTicks((long)((Int128)Ticks * TimeSpan.TicksPerSecond / frequency));
}
