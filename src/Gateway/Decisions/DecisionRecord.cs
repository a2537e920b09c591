using Gateway.Configuration;
using Gateway.Refusals;
using Gateway.Telemetry;

namespace Gateway.Decisions;

/// <summary>Keeps what the gates saw of every request that was refused or failed. A request that is served costs nothing here.</summary>
/// <param name="clusters">Not made before it is needed: the gates that it asks know the configuration, which this class listens to.</param>
/// <param name="time">When it is.</param>
/// <param name="logger">Hears what could not be kept.</param>
internal sealed class DecisionRecord(Lazy<ClusterSight> clusters, TimeProvider time, ILogger<DecisionRecord> logger) : IExchangeObserver, IConfigurationListener
{
    private static readonly Refusal CutByDrain = new()
    {
        Status = StatusCodes.Status503ServiceUnavailable,
        Title = "Drain timeout",
        Gate = "drain",
        ProxyStatusError = "connection_terminated",
        GrpcStatus = Refusal.GrpcUnavailable,
        Detail = "The gateway went down, and the request had not ended when the time of the drain was over.",
    };

    private volatile DecisionRing _ring = new(new DecisionSettings().Capacity);

    /// <summary>The decisions that are kept.</summary>
    public DecisionRing Ring => _ring;

    // A decision that is made at the very moment of a change may be lost; a lock for it would cost every refusal.
    public void Apply(Snapshot snapshot)
    {
        var capacity = snapshot.Get(DecisionSettings.Section)!.Capacity;
        if (capacity != _ring.Capacity)
            _ring = _ring.Resized(capacity);
    }

    public void Settled(Snapshot snapshot)
    {
        if (clusters.IsValueCreated)
            clusters.Value.Settle(snapshot);
    }

    public void Refused(Exchange exchange) => Keep(exchange, exchange.Refusal!);

    public void Started(Exchange exchange)
    {
    }

    // Its client heard nothing, and whoever looks for it is told all the same, as long as anybody can be asked.
    public void Ended(Exchange exchange)
    {
        if (exchange is { Cut: true, Aborted: true, Refusal: null })
            Keep(exchange, CutByDrain);
    }

    private void Keep(Exchange exchange, Refusal refusal)
    {
        var ring = _ring;
        if (ring.Capacity == 0)
            return;
        try
        {
            // Only who came as far as asking for a destination met the state of its cluster.
            var cluster = exchange.Forwarding is null ? null : clusters.Value.See(exchange.Cluster);
            ring.Add(new Decision(exchange, refusal, time.GetUtcNow(), cluster));
        }
        catch (Exception error)
        {
            // The client is to hear its refusal, whether or not it can be written down.
            DecisionLog.NotKept(logger, exchange.Trace.TraceId, error);
        }
    }
}
