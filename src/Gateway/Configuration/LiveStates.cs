using System.Collections.Concurrent;

namespace Gateway.Configuration;

/// <summary>
/// The live state of a gate for each destination, by id: it lives beside the configuration, is made
/// when an id is first met and let go when a configuration no longer has it. Thread-safe.
/// </summary>
/// <param name="create">Makes the state of an id.</param>
/// <param name="isHeld">
/// Whether requests hold a state. It outlives its id's configuration then, so that an id that comes back while they
/// still hold it finds what they hold. Null where requests hold none.
/// </param>
internal sealed class LiveStates<T>(Func<DestinationId, T> create, Func<T, bool>? isHeld = null) where T : class
{
    private readonly ConcurrentDictionary<DestinationId, T> _states = new();

    // Of ids that no configuration has: held, or met by a request that came before its destination was removed.
    private readonly ConcurrentDictionary<DestinationId, T> _gone = new();

    /// <summary>The states of the ids that are configured.</summary>
    public IEnumerable<KeyValuePair<DestinationId, T>> All => _states;

    /// <summary>The ids that are not configured, and whose states requests may hold.</summary>
    public IEnumerable<DestinationId> Gone => _gone.Select(static state => state.Key);

    public T Get(DestinationId id)
    {
        if (_states.TryGetValue(id, out var state))
            return state;
        if (isHeld is null)
            return _states.GetOrAdd(id, create);
        var gone = _gone.GetOrAdd(id, create);
        // It may have been configured between the two looks.
        return _states.GetValueOrDefault(id) ?? gone;
    }

    public T? Find(DestinationId id) => _states.GetValueOrDefault(id);

    /// <summary>Makes what is new, and lets <paramref name="configure"/> adjust all that is there. What is gone stays until <see cref="Settle"/>.</summary>
    public void Follow(Snapshot snapshot, Action<DestinationId, T> configure)
    {
        foreach (var id in snapshot.DestinationIds)
        {
            if (!_states.TryGetValue(id, out var state))
                state = _states.GetOrAdd(id, _gone.TryGetValue(id, out var gone) && isHeld!(gone) ? gone : create(id));
            _gone.TryRemove(id, out _);
            configure(id, state);
        }
    }

    /// <summary>Lets go of what is gone. Done earlier, a request that still meets it would begin its state anew.</summary>
    public void Settle(Snapshot snapshot)
    {
        var ids = snapshot.DestinationIds.ToHashSet();
        foreach (var (id, state) in _states.Where(state => !ids.Contains(state.Key)))
        {
            if (isHeld is not null)
                _gone[id] = state;
            _states.TryRemove(id, out _);
        }
        foreach (var (id, _) in _gone.Where(state => !isHeld!(state.Value)))
            _gone.TryRemove(id, out _);
    }
}

/// <summary>A destination's id in its cluster's; compares without case, as configuration keys do.</summary>
internal readonly record struct DestinationId(string Cluster, string Destination)
{
    public bool Equals(DestinationId other) =>
        string.Equals(Destination, other.Destination, StringComparison.OrdinalIgnoreCase)
        && string.Equals(Cluster, other.Cluster, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(
        StringComparer.OrdinalIgnoreCase.GetHashCode(Cluster), StringComparer.OrdinalIgnoreCase.GetHashCode(Destination));
}
