using Gateway.LoadBalancing;
using Gateway.Telemetry;

namespace Gateway.Pooling;

/// <summary>The permits of one destination, and its streams, which take none. Thread-safe, without a lock.</summary>
internal sealed class PermitPool(WaitingLine line) : CountedPlaces(line)
{
    /// <summary>The permits that there are; <see cref="int.MaxValue"/> where none are needed. Fewer than are in use: new ones come when enough are back.</summary>
    public int Permits
    {
        get => Limit;
        set => Limit = value;
    }

    /// <summary>Where exchanges go that last: WebSockets from their start, streams of events from their head on.</summary>
    public CountedPlaces Streams { get; } = new(line);

    /// <summary>Whether any request holds a permit or a stream.</summary>
    public bool IsHeld => InUse > 0 || Streams.InUse > 0;
}

/// <summary>So many places, and those in use. Thread-safe, without a lock.</summary>
internal class CountedPlaces(WaitingLine line) : ITurnstile
{
    // Pools are made one after the other, and each is the busiest place of its destination.
    private PaddedCounter _inUse;
    private volatile int _limit = int.MaxValue;

    /// <summary>The places that there are; <see cref="int.MaxValue"/> where they are not bounded.</summary>
    public int Limit
    {
        get => _limit;
        set
        {
            _limit = value;
            line.Signal();
        }
    }

    public int InUse => (int)Volatile.Read(ref _inUse.Value);

    public bool IsOpen => Volatile.Read(ref _inUse.Value) < _limit;

    public bool TryEnter(out long ticket)
    {
        ticket = 0;
        var inUse = Volatile.Read(ref _inUse.Value);
        while (inUse < _limit)
        {
            var seen = Interlocked.CompareExchange(ref _inUse.Value, inUse + 1, inUse);
            if (seen == inUse)
                return true;
            inUse = seen;
        }
        return false;
    }

    public void Judge(long ticket, AttemptOutcome outcome)
    {
    }

    public void Leave(long ticket)
    {
        Interlocked.Decrement(ref _inUse.Value);
        line.Signal();
    }
}
