namespace Gateway.Health;

/// <summary>What the probes found of one destination. Written by its probe loop, read by anyone. Thread-safe.</summary>
internal sealed class DestinationHealth(TimeProvider time)
{
    private readonly Lock _lock = new();
    private volatile Standing _standing = new(IsUp: true, IsKnown: false, time.GetTimestamp(), time.GetUtcNow());
    private volatile ProbeFailure? _lastFailure;
    private bool _nextDecides = true;
    private int _contrary;

    /// <summary>Up or down, and since when.</summary>
    public Standing Standing => _standing;

    /// <summary>The last probe that failed, however long ago; null when none did.</summary>
    public ProbeFailure? LastFailure => _lastFailure;

    /// <summary>Whether a first probe is done.</summary>
    public bool IsKnown => _standing.IsKnown;

    /// <summary>Whether the probes find nothing against it; a destination that was not probed yet may be tried.</summary>
    public bool IsUp => _standing.IsUp;

    /// <summary>Its place among those that checks want out of their cluster.</summary>
    public Ejection Ejection { get; } = new();

    /// <summary>Takes a probe's result, null being success; says whether up or down changed.</summary>
    /// <param name="failure">Why the probe failed.</param>
    /// <param name="settings">How many results in a row it takes.</param>
    /// <param name="stop">Cancelled when the probe was called off: its result then comes too late.</param>
    public bool Report(string? failure, TcpProbeSettings settings, CancellationToken stop)
    {
        lock (_lock)
        {
            if (stop.IsCancellationRequested)
                return false;
            if (failure is not null)
                _lastFailure = new(failure, time.GetTimestamp(), time.GetUtcNow());
            return Weigh(isUp: failure is null, settings);
        }
    }

    /// <summary>Lets the next result decide at once, as a first one does: another backend may answer from now on.</summary>
    public void Renew()
    {
        lock (_lock)
            _nextDecides = true;
    }

    /// <summary>Forgets what was found, for a destination that is no longer probed; says whether it was down.</summary>
    public bool Reset()
    {
        lock (_lock)
        {
            var changed = !_standing.IsUp;
            if (_standing.IsKnown)
                Stand(isUp: true, isKnown: false);
            (_lastFailure, _nextDecides) = (null, true);
            return changed;
        }
    }

    private bool Weigh(bool isUp, TcpProbeSettings settings)
    {
        var (decides, known) = (_nextDecides, _standing.IsKnown);
        _nextDecides = false;
        if (isUp == _standing.IsUp)
        {
            _contrary = 0;
            if (!known)
                Stand(isUp, isKnown: true);
            return false;
        }
        _contrary++;
        if (!decides && _contrary < (isUp ? settings.HealthyThreshold : settings.UnhealthyThreshold))
            return false;
        Stand(isUp, isKnown: true);
        return true;
    }

    private void Stand(bool isUp, bool isKnown)
    {
        _contrary = 0;
        _standing = new(isUp, isKnown, time.GetTimestamp(), time.GetUtcNow());
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
