using System.Collections.Concurrent;

namespace Gateway.Configuration;

/// <summary>
/// The live state of a gate for each destination, by id: it lives beside the configuration, is made
/// when an id is first met and let go when a configuration no longer has it. Thread-safe.
/// </summary>
internal sealed class LiveStates<T>(Func<DestinationId, T> create) where T : class
{
    private readonly ConcurrentDictionary<DestinationId, T> _states = new();

    public IEnumerable<KeyValuePair<DestinationId, T>> All => _states;

    public T Get(DestinationId id) => _states.TryGetValue(id, out var state) ? state : _states.GetOrAdd(id, create);

    public T? Find(DestinationId id) => _states.GetValueOrDefault(id);

    /// <summary>Makes what is new, and lets <paramref name="configure"/> adjust all that is there. What is gone stays until <see cref="Settle"/>.</summary>
    public void Follow(Snapshot snapshot, Action<DestinationId, T> configure)
    {
        foreach (var id in snapshot.DestinationIds)
            configure(id, Get(id));
    }

    /// <summary>Lets go of what is gone. Done earlier, a request that still meets it would begin its state anew.</summary>
    public void Settle(Snapshot snapshot)
    {
        var ids = snapshot.DestinationIds.ToHashSet();
        foreach (var (gone, _) in _states.Where(state => !ids.Contains(state.Key)))
            _states.TryRemove(gone, out _);
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
