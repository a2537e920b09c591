using System.Collections.Concurrent;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Refusals;

namespace Gateway.CircuitBreaking;

/// <summary>Leaves destinations alone that fail again and again.</summary>
internal sealed class CircuitGate : IDestinationGate, IConfigurationListener
{
    private readonly ConcurrentDictionary<string, OpenQuota> _quotas = new(StringComparer.OrdinalIgnoreCase);
    private readonly LiveStates<Circuit> _circuits;
    private readonly Func<DestinationId, Circuit> _unknown;
    private Action<string>? _opening;

    public CircuitGate(TimeProvider time, ILogger<CircuitGate> logger)
    {
        _circuits = new(id => new Circuit(id, time, logger, QuotaOf(id.Cluster)) { Opening = () => _opening?.Invoke(id.Cluster) }, static circuit => circuit.IsHeld);
        _unknown = id => new Circuit(id, time, logger);
    }

    public int Hope => 1;

    public IEnumerable<KeyValuePair<DestinationId, Circuit>> Circuits => _circuits.All;

    /// <summary>For those who only look: what is gone does not come back by it.</summary>
    public Circuit Look(DestinationId id) => _circuits.Find(id) ?? _unknown(id);

    public ITurnstile TurnstileOf(DestinationId id) => _circuits.Get(id);

    public IWaitingLine? LineOf(string clusterId) => null;

    public void OnOpening(Action<string> opening) => _opening += opening;

    public void Settled(Snapshot snapshot)
    {
        _circuits.Settle(snapshot);
        // A circuit that is held keeps its quota: it may come back, and counts there with those that come with it.
        var clusters = snapshot.Clusters.Select(cluster => cluster.ClusterId).Concat(_circuits.Gone.Select(id => id.Cluster)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var gone in _quotas.Keys.Where(id => !clusters.Contains(id)))
            _quotas.TryRemove(gone, out _);
    }

    public void Apply(Snapshot snapshot)
    {
        _circuits.Follow(snapshot, (id, circuit) => circuit.Settings = snapshot.Get(CircuitBreakerSettings.Section, id.Cluster)!);
        foreach (var cluster in snapshot.DestinationIds.GroupBy(id => id.Cluster, _circuits.Get))
        {
            var percent = snapshot.Get(CircuitBreakerSettings.Section, cluster.Key)!.MaxEjectedPercent;
            foreach (var circuit in QuotaOf(cluster.Key).Set(new([.. cluster], percent)))
                circuit.GiveWay();
        }
    }

    private OpenQuota QuotaOf(string clusterId) => _quotas.GetOrAdd(clusterId, static _ => new());

    public Refusal Refuse(IReadOnlyList<ITurnstile> closed)
    {
        var seconds = Refusal.WholeSeconds(closed.Min(turnstile => ((Circuit)turnstile).TimeToProbe));
        return new Refusal
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Title = "Circuit open",
            Gate = "circuit",
            ProxyStatusError = "destination_unavailable",
            GrpcStatus = Refusal.GrpcUnavailable,
            Detail = $"Every backend that could serve this request failed repeatedly and is left alone; the first is tried again in {seconds} s.",
            RetryAfter = seconds,
        };
    }
}
