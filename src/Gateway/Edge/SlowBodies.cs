using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Edge;

/// <summary>
/// Ends requests whose bodies come too slowly. Kestrel would judge by the last few seconds, and over HTTP/2 it would end
/// the whole connection.
/// </summary>
/// <remarks>
/// A body is listed the first time that it is waited for, and looked at once a second: bytes that come cost nothing. What
/// counts is each look that finds the client waited for, so neither a slow backend nor a pause of ours is held against it.
/// </remarks>
internal sealed class SlowBodies(TimeProvider time, ILogger<SlowBodies> logger) : BackgroundService, IAwaitedBodies, IExchangeObserver, IConfigurationListener
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, Math.Max(2, Environment.ProcessorCount)).Select(_ => new Stripe())];
    private volatile int _bytesPerSecond;

    private sealed class Stripe : CacheLinePadded
    {
        public readonly Lock Lock = new();
        public readonly HashSet<RequestBody> Bodies = [];
    }

    public void Apply(Snapshot snapshot) => _bytesPerSecond = snapshot.Get(BoundsSettings.Section)!.MinRequestBodyBytesPerSecond;

    public void Add(RequestBody body)
    {
        var index = Thread.GetCurrentProcessorId() % _stripes.Length;
        var stripe = _stripes[index];
        body.Wait.Stripe = index;
        lock (stripe.Lock)
        {
            // A read that was under way at its request's end comes too late.
            if (Interlocked.CompareExchange(ref body.Wait.State, BodyWait.Listed, BodyWait.Unlisted) == BodyWait.Unlisted)
                stripe.Bodies.Add(body);
        }
    }

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        if (exchange.RequestBody is not { } body || Interlocked.Exchange(ref body.Wait.State, BodyWait.Ended) != BodyWait.Listed)
            return;
        var stripe = _stripes[body.Wait.Stripe];
        lock (stripe.Lock)
            stripe.Bodies.Remove(body);
    }

    /// <summary>Looks at all bodies, and ends those that are too slow.</summary>
    public void Look()
    {
        if (_bytesPerSecond is var rate && rate == 0)
            return;
        foreach (var stripe in _stripes)
        {
            foreach (var body in FindSlow(stripe, (long)rate * BodyWait.Seconds))
                End(stripe, body);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                LookOrTell();
        }
        catch (OperationCanceledException)
        {
            // The gateway stops; requests that are left are the drain's.
        }
    }

    private void LookOrTell()
    {
        try
        {
            Look();
        }
        catch (Exception error)
        {
            EdgeLog.BodiesNotLookedAt(logger, error);
        }
    }

    private static List<RequestBody> FindSlow(Stripe stripe, long wanted)
    {
        List<RequestBody> slow = [];
        lock (stripe.Lock)
        {
            foreach (var body in stripe.Bodies)
            {
                if (body is { IsWaiting: true, IsAnswered: false } && body.Wait.Look(body.Bytes) < wanted)
                    slow.Add(body);
            }
        }
        return slow;
    }

    private static void End(Stripe stripe, RequestBody body)
    {
        // Within the lock that its end takes: the reader of a request that has ended serves the connection's next one.
        lock (stripe.Lock)
        {
            if (Volatile.Read(ref body.Wait.State) == BodyWait.Listed)
                body.EndAsTooSlow();
        }
    }
}
