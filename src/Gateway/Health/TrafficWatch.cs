using Gateway.Configuration;
using Gateway.LoadBalancing;

namespace Gateway.Health;

/// <summary>
/// Compares what becomes of the requests to one destination with what its probes say, and tells when the
/// two contradict each other for a while. It lets every request through. Thread-safe; while traffic and
/// probes agree, no request takes a lock.
/// </summary>
/// <remarks>
/// An episode is told once. It ends with a success of a destination that is up, and when up or down changes.
/// Requests to a destination that is down are those under way, bound to it by affinity, sent in panic, or
/// kept coming by a limit on ejection: that some of them fail is no surprise and ends nothing.
/// </remarks>
internal sealed class TrafficWatch(DestinationId id, DestinationHealth health, TimeProvider time, ILogger logger) : ITurnstile
{
    /// <summary>The time that a contradiction lasts before it is told.</summary>
    public static readonly TimeSpan AWhile = TimeSpan.FromSeconds(10);

    /// <summary>The requests that say otherwise before it is told.</summary>
    public const int AFew = 5;

    private readonly Lock _lock = new();
    private Standing? _contradicted;
    private int _requests;
    private long _since;
    private bool _told;
    private long _failing;
    private long _succeeding;

    /// <summary>Whether any request ever said otherwise than the probes, for however short a time.</summary>
    public bool WasContradicted => Volatile.Read(ref _contradicted) is not null;

    /// <summary>The times that traffic failed while the probes said up.</summary>
    public long Failing => Volatile.Read(ref _failing);

    /// <summary>The times that traffic succeeded while the probes said down.</summary>
    public long Succeeding => Volatile.Read(ref _succeeding);

    public bool IsOpen => true;

    public bool TryEnter(out long ticket)
    {
        ticket = 0;
        return true;
    }

    public void Judge(long ticket, AttemptOutcome outcome)
    {
        var standing = health.Standing;
        if (outcome == AttemptOutcome.None || !standing.IsKnown)
            return;
        if (standing.IsUp != (outcome == AttemptOutcome.Success))
            Contradict(standing);
        else if (standing.IsUp && Volatile.Read(ref _requests) > 0)
            Agree();
    }

    public void Leave(long ticket)
    {
    }

    private void Agree()
    {
        lock (_lock)
            _requests = 0;
    }

    private void Contradict(Standing standing)
    {
        TimeSpan lasted;
        int requests;
        lock (_lock)
        {
            if (_requests == 0 || !ReferenceEquals(_contradicted, standing))
                (_contradicted, _requests, _since, _told) = (standing, 0, time.GetTimestamp(), false);
            requests = _requests = Math.Min(_requests, int.MaxValue - 1) + 1;
            if (_told || requests < AFew || (lasted = time.GetElapsedTime(_since)) < AWhile)
                return;
            _told = true;
        }
        Tell(standing, requests, (long)lasted.TotalSeconds);
    }

    private void Tell(Standing standing, int requests, long seconds)
    {
        if (standing.IsUp)
        {
            Interlocked.Increment(ref _failing);
            HealthLog.TrafficFails(logger, id.Destination, id.Cluster, requests, seconds);
        }
        else
        {
            Interlocked.Increment(ref _succeeding);
            HealthLog.TrafficSucceeds(logger, id.Destination, id.Cluster, health.LastFailure?.Reason ?? "unknown", requests, seconds);
        }
    }
}
