using Gateway.LoadBalancing;

namespace Gateway.Pooling;

/// <summary>The permits of one destination. Thread-safe, without a lock.</summary>
internal sealed class PermitPool(WaitingLine line) : ITurnstile
{
    private int _inUse;
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

    public int InUse => Volatile.Read(ref _inUse);

    public bool IsOpen => Volatile.Read(ref _inUse) < _permits;

    public bool TryEnter(out long ticket)
    {
        ticket = 0;
        var inUse = Volatile.Read(ref _inUse);
        while (inUse < _permits)
        {
            var seen = Interlocked.CompareExchange(ref _inUse, inUse + 1, inUse);
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
        Interlocked.Decrement(ref _inUse);
        line.Signal();
    }
}
