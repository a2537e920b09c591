using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>What the probes found of every destination.</summary>
internal sealed class ProbedHealth(TimeProvider? time = null)
{
    private readonly LiveStates<DestinationHealth> _states = new(_ => new DestinationHealth(time ?? TimeProvider.System));

    public IEnumerable<KeyValuePair<DestinationId, DestinationHealth>> All => _states.All;

    public DestinationHealth Of(DestinationId id) => _states.Get(id);

    public bool IsUp(string clusterId, string destinationId) => _states.Find(new(clusterId, destinationId))?.IsUp ?? true;

    public void Settle(Snapshot snapshot) => _states.Settle(snapshot);

    public void Follow(Snapshot snapshot) => _states.Follow(snapshot, static (_, _) => { });
}

/// <summary>What the probes of one destination found. Written by its probe loop, read by anyone.</summary>
internal sealed class DestinationHealth(TimeProvider time)
{
    private volatile Standing _standing = new(IsUp: true, IsKnown: false, time.GetTimestamp(), time.GetUtcNow());
    private volatile ProbeFailure? _lastFailure;

    /// <summary>Up or down, and since when.</summary>
    public Standing Standing => _standing;

    /// <summary>The last probe that failed, however long ago; null when none did.</summary>
    public ProbeFailure? LastFailure => _lastFailure;

    /// <summary>Whether a first probe is done.</summary>
    public bool IsKnown => _standing.IsKnown;

    /// <summary>Whether requests may go there; a destination that was not probed yet may be tried.</summary>
    public bool IsUp => _standing.IsUp;

    /// <summary>Takes a probe's result, null being success; says whether up or down changed.</summary>
    public bool Report(string? failure)
    {
        if (failure is not null)
            _lastFailure = new(failure, time.GetTimestamp(), time.GetUtcNow());
        var standing = _standing;
        var isUp = failure is null;
        if (isUp != standing.IsUp || !standing.IsKnown)
            _standing = new(isUp, IsKnown: true, time.GetTimestamp(), time.GetUtcNow());
        return isUp != standing.IsUp;
    }

    /// <summary>Forgets what was found, for a destination that is no longer probed.</summary>
    public bool Reset()
    {
        var standing = _standing;
        if (standing.IsKnown)
            _standing = new(IsUp: true, IsKnown: false, time.GetTimestamp(), time.GetUtcNow());
        _lastFailure = null;
        return !standing.IsUp;
    }
}

/// <summary>One stretch of time in which a destination is up or down: another one, another object.</summary>
/// <param name="IsUp">Whether the probes find nothing against it.</param>
/// <param name="IsKnown">Whether a first probe is done.</param>
/// <param name="Since">The monotonic timestamp of its beginning.</param>
/// <param name="SinceTime">The wall clock's time of its beginning.</param>
internal sealed record Standing(bool IsUp, bool IsKnown, long Since, DateTimeOffset SinceTime);

/// <summary>A probe that failed.</summary>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="At">When, as a monotonic timestamp.</param>
/// <param name="Time">When, by the wall clock.</param>
internal sealed record ProbeFailure(string Reason, long At, DateTimeOffset Time);
