namespace Backend;

/// <summary>Counts of traffic. Safe to use from several threads.</summary>
internal sealed class Counters
{
    private readonly Lock _lock = new();
    private long _requests;
    private long _connections;
    private int _inFlight;
    private int _peakInFlight;

    public long Requests => Interlocked.Read(ref _requests);

    public long Connections => Interlocked.Read(ref _connections);

    public int InFlight => Volatile.Read(ref _inFlight);

    public int PeakInFlight => Volatile.Read(ref _peakInFlight);

    public void ConnectionAccepted() => Interlocked.Increment(ref _connections);

    public void RequestStarted()
    {
        lock (_lock)
        {
            _requests++;
            _inFlight++;
            _peakInFlight = Math.Max(_peakInFlight, _inFlight);
        }
    }

    public void RequestEnded()
    {
        lock (_lock)
            _inFlight--;
    }

    public void ResetPeakInFlight()
    {
        lock (_lock)
            _peakInFlight = _inFlight;
    }
}
