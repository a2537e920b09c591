namespace Gateway.Decisions;

/// <summary>The last decisions, so many and no more. Thread-safe; adding one takes no lock.</summary>
/// <param name="capacity">As many are kept.</param>
internal sealed class DecisionRing(int capacity)
{
    private readonly Decision?[] _slots = new Decision?[capacity];
    private long _next;

    public int Capacity => _slots.Length;

    /// <summary>The decisions that were ever added.</summary>
    public long Added => Volatile.Read(ref _next);

    public void Add(Decision decision)
    {
        if (_slots.Length > 0)
            Volatile.Write(ref _slots[(Interlocked.Increment(ref _next) - 1) % _slots.Length], decision);
    }

    /// <summary>The decisions that are kept, the newest first.</summary>
    public IEnumerable<Decision> NewestFirst()
    {
        var next = Added;
        for (var i = next - 1; i >= Math.Max(0, next - _slots.Length); i--)
        {
            // Whoever took this place a moment ago may not have written to it yet.
            if (Volatile.Read(ref _slots[i % _slots.Length]) is { } decision)
                yield return decision;
        }
    }

    /// <summary>The newest of these in a ring of another size.</summary>
    public DecisionRing Resized(int capacity)
    {
        var ring = new DecisionRing(capacity);
        foreach (var decision in NewestFirst().Take(capacity).Reverse())
            ring.Add(decision);
        return ring;
    }
}
