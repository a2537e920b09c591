using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Draining;

/// <summary>
/// The requests that are under way. Thread-safe; kept in one list for each processor, so that
/// requests that run side by side do not wait for each other's lock.
/// </summary>
internal sealed class InFlight : IExchangeObserver, IReloadWitness
{
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => new Stripe())];

    private sealed class Stripe : CacheLinePadded
    {
        public readonly Lock Lock = new();
        public Exchange? First;
        public int Count;
        public long Served;
    }

    public InFlight(IMeterFactory meters) => meters.Create(Meters.Gateway).CreateObservableGauge("gateway_requests_in_flight", () => Count,
        description: "Requests that came and have not ended.");

    /// <summary>The requests under way now.</summary>
    public int Count => _stripes.Sum(static stripe => Volatile.Read(ref stripe.Count));

    /// <summary>The requests that were forwarded and answered since the start.</summary>
    public long Served => _stripes.Sum(static stripe => Volatile.Read(ref stripe.Served));

    /// <summary>Told each exchange's start while the gateway drains.</summary>
    public Action<Exchange>? OnStarted { get; set; }

    /// <summary>Told each exchange's end while the gateway drains.</summary>
    public Action<Exchange>? OnEnded { get; set; }

    public void Started(Exchange exchange)
    {
        var index = Thread.GetCurrentProcessorId() % _stripes.Length;
        var stripe = _stripes[index];
        lock (stripe.Lock)
        {
            exchange.Stripe = index;
            exchange.Next = stripe.First;
            if (stripe.First is not null)
                stripe.First.Previous = exchange;
            stripe.First = exchange;
            stripe.Count++;
        }
        OnStarted?.Invoke(exchange);
    }

    public void Ended(Exchange exchange)
    {
        var stripe = _stripes[exchange.Stripe];
        lock (stripe.Lock)
        {
            if (exchange.Previous is null)
                stripe.First = exchange.Next;
            else
                exchange.Previous.Next = exchange.Next;
            if (exchange.Next is not null)
                exchange.Next.Previous = exchange.Previous;
            exchange.Previous = exchange.Next = null;
            stripe.Count--;
            if (exchange.Refusal is null && exchange.Attempts > 0 && !exchange.Aborted)
                stripe.Served++;
        }
        OnEnded?.Invoke(exchange);
    }

    /// <summary>Lists what is under way, oldest first.</summary>
    public IReadOnlyList<Exchange> List() => [.. Unordered().OrderBy(exchange => exchange.Started)];

    /// <summary>Lists the oldest of what is under way, oldest first, without putting all the others in order.</summary>
    public IReadOnlyList<Exchange> Oldest(int limit)
    {
        // The youngest of those that were kept is the first to give way.
        var kept = new PriorityQueue<Exchange, long>();
        foreach (var exchange in Unordered())
        {
            if (kept.Count < limit)
                kept.Enqueue(exchange, -exchange.Started);
            else if (limit > 0)
                kept.EnqueueDequeue(exchange, -exchange.Started);
        }
        return [.. kept.UnorderedItems.Select(item => item.Element).OrderBy(exchange => exchange.Started)];
    }

    private List<Exchange> Unordered()
    {
        var all = new List<Exchange>(Count);
        foreach (var stripe in _stripes)
        {
            lock (stripe.Lock)
            {
                for (var exchange = stripe.First; exchange is not null; exchange = exchange.Next)
                    all.Add(exchange);
            }
        }
        return all;
    }

    /// <summary>Says which destinations are gone while requests are still on them.</summary>
    public IEnumerable<string> Describe(Snapshot before, Snapshot after)
    {
        var gone = before.DestinationIds.Except(after.DestinationIds).ToHashSet();
        return gone.Count == 0 ? [] : List()
            .GroupBy(exchange => new DestinationId(exchange.Cluster, exchange.Destination))
            .Where(exchanges => gone.Contains(exchanges.Key))
            .Select(exchanges => $"destination '{exchanges.Key.Destination}' of cluster '{exchanges.Key.Cluster}' removed, {exchanges.Count()} request{(exchanges.Count() == 1 ? "" : "s")} still on it");
    }
}
