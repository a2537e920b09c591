namespace Gateway.IntegrationTests.Support;

/// <summary>The system's clock, which a test can set forward: what is long is over at once, and timers run as ever.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public override long TimestampFrequency => System.TimestampFrequency;

    public void Jump(TimeSpan time) => Interlocked.Add(ref _ahead, time.Ticks);

    public override long GetTimestamp() =>
        System.GetTimestamp() + (long)((Int128)Interlocked.Read(ref _ahead) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ahead));
}
