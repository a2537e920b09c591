using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>What the probes found of every destination.</summary>
internal sealed class ProbedHealth
{
    private readonly LiveStates<DestinationHealth> _states = new(static _ => new DestinationHealth());

    public IEnumerable<KeyValuePair<DestinationId, DestinationHealth>> All => _states.All;

    public DestinationHealth Of(DestinationId id) => _states.Get(id);

    public bool IsUp(string clusterId, string destinationId) => _states.Find(new(clusterId, destinationId))?.IsUp ?? true;

    public void Settle(Snapshot snapshot) => _states.Settle(snapshot);

    public void Follow(Snapshot snapshot) => _states.Follow(snapshot, static (_, _) => { });
}

/// <summary>What the probes of one destination found. Written by its probe loop, read by anyone.</summary>
internal sealed class DestinationHealth
{
    private volatile string? _downBecause;
    private volatile bool _known;

    /// <summary>Whether a first probe is done.</summary>
    public bool IsKnown => _known;

    /// <summary>Whether requests may go there; a destination that was not probed yet may be tried.</summary>
    public bool IsUp => _downBecause is null;

    /// <summary>Takes a probe's result, null being success; says whether up or down changed.</summary>
    public bool Report(string? failure)
    {
        var changed = failure is null != _downBecause is null;
        _downBecause = failure;
        _known = true;
        return changed;
    }

    /// <summary>Forgets what was found, for a destination that is no longer probed.</summary>
    public bool Reset()
    {
        var changed = _downBecause is not null;
        _downBecause = null;
        _known = false;
        return changed;
    }
}
