namespace Gateway.Health;

/// <summary>
/// A destination's place among those of its cluster that are to be taken out. Changed only while its
/// cluster's available destinations are found, one at a time.
/// </summary>
internal sealed class Ejection
{
    private volatile bool _keptIn;

    /// <summary>Grows with the time at which it was found wanting; 0 while it is not.</summary>
    public long Order { get; private set; }

    /// <summary>Whether it gets requests although it is down, because too many others are out.</summary>
    public bool KeptIn => _keptIn;

    public void Begin(long order) => Order = order;

    public void End() => (Order, _keptIn) = (0, false);

    /// <summary>Says whether it was taken out until now, or not down at all.</summary>
    public bool KeepIn(bool keep)
    {
        var changed = keep && !_keptIn;
        _keptIn = keep;
        return changed;
    }
}
