using Gateway.Configuration;

namespace Gateway.CircuitBreaking;

/// <summary>
/// How many circuits of one cluster may be other than closed at a time. Thread-safe; a circuit asks
/// when it would open, holding its own lock, so this one's is always the inner one.
/// </summary>
internal sealed class OpenQuota
{
    private readonly Lock _lock = new();
    private volatile Limit _limit = new([], 100);
    private volatile int _out;
    private long _order;

    /// <summary>A cluster's circuits and the percentage of them that may be out.</summary>
    public sealed record Limit(IReadOnlyList<Circuit> Circuits, int Percent)
    {
        // What a removed destination's last requests say counts nowhere, and is bound by nothing at 100 %.
        public int Allowed { get; } = Percent == 100 ? int.MaxValue : Percentage.Of(Circuits.Count, Percent);
    }

    public Limit Current => _limit;

    /// <summary>Takes a configuration's circuits and limit.</summary>
    /// <returns>Those that are out beyond it, the latest of all.</returns>
    public IReadOnlyList<Circuit> Set(Limit limit)
    {
        lock (_lock)
        {
            _limit = limit;
            Count();
            return _out <= limit.Allowed ? [] : [.. limit.Circuits.Where(IsOut).OrderBy(circuit => circuit.OutOrder).Skip(limit.Allowed)];
        }
    }

    /// <summary>Counts a circuit that is about to open; false when too many others are out.</summary>
    public bool TryTakeOut(Circuit circuit)
    {
        if (_out >= _limit.Allowed)
            return false;
        lock (_lock)
        {
            if (_out >= _limit.Allowed)
                return false;
            circuit.OutOrder = ++_order;
            Count();
            return true;
        }
    }

    /// <summary>Takes back a circuit that has closed.</summary>
    public void TakeBack(Circuit circuit)
    {
        lock (_lock)
        {
            circuit.OutOrder = 0;
            Count();
        }
    }

    // Counted anew each time: circuits come and go with configurations, and a sum kept by steps would drift.
    private void Count() => _out = _limit.Circuits.Count(IsOut);

    private static bool IsOut(Circuit circuit) => circuit.OutOrder > 0;
}
