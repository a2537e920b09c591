using Gateway.Configuration;

namespace Gateway.Health;

/// <summary>What probes and traffic tell of every destination.</summary>
internal sealed class ProbedHealth(TimeProvider time, ILogger<ProbedHealth> logger)
{
    private readonly LiveStates<Watched> _states = new(id =>
    {
        var health = new DestinationHealth(time);
        return new Watched(health, new TrafficWatch(id, health, time, logger));
    });

    private sealed record Watched(DestinationHealth Health, TrafficWatch Traffic);

    public IEnumerable<KeyValuePair<DestinationId, DestinationHealth>> All => _states.All.Select(state => KeyValuePair.Create(state.Key, state.Value.Health));

    public IEnumerable<KeyValuePair<DestinationId, TrafficWatch>> Traffic => _states.All.Select(state => KeyValuePair.Create(state.Key, state.Value.Traffic));

    public DestinationHealth Of(DestinationId id) => _states.Get(id).Health;

    /// <summary>What is known of a destination; null for one that no configuration has.</summary>
    public DestinationHealth? Find(string clusterId, string destinationId) => _states.Find(new(clusterId, destinationId))?.Health;

    /// <summary>For those who only look: what is gone does not come back by it.</summary>
    public DestinationHealth Look(DestinationId id) => _states.Find(id)?.Health ?? new DestinationHealth(time);

    public TrafficWatch TrafficOf(DestinationId id) => _states.Get(id).Traffic;

    public bool IsUp(string clusterId, string destinationId) => Find(clusterId, destinationId)?.IsUp ?? true;

    public void Settle(Snapshot snapshot) => _states.Settle(snapshot);

    public void Follow(Snapshot snapshot) => _states.Follow(snapshot, static (_, _) => { });
}
