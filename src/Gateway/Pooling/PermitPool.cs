using Gateway.LoadBalancing;
using Gateway.Telemetry;

namespace Gateway.Pooling;

/// <summary>The permits of one destination. Thread-safe, without a lock.</summary>
internal sealed class PermitPool(WaitingLine line) : ITurnstile
{
    // Pools are made one after the other, and each is the busiest place of its destination.
    private PaddedCounter _inUse;
    private volatile int _permits = int.MaxValue;

    /// <summary>The permits that there are; <see cref="int.MaxValue"/> where none are needed. Fewer than are in use: new ones come when enough are back.</summary>
    public int Permits
    {
        get => _permits;
        set
        {
            _permits = value;
            line.Signal();
        }
    }

    public int InUse => (int)Volatile.Read(ref _inUse.Value);

    public bool IsOpen => Volatile.Read(ref _inUse.Value) < _permits;

    public bool TryEnter(out long ticket)
    {
        ticket = 0;
        var inUse = Volatile.Read(ref _inUse.Value);
        while (inUse < _permits)
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
