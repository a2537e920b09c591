namespace Gateway.Configuration;

/// <summary>The receipts of the last reloads. Thread-safe.</summary>
internal sealed class Receipts
{
    /// <summary>As many are kept.</summary>
    public const int Capacity = 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<Receipt> _receipts = new();

    /// <summary>The last receipts, the newest first.</summary>
    public IReadOnlyList<Receipt> All
    {
        get
        {
            lock (_lock)
                return [.. _receipts];
        }
    }

    public void Add(Receipt receipt)
    {
        lock (_lock)
        {
            _receipts.AddFirst(receipt);
            if (_receipts.Count > Capacity)
                _receipts.RemoveLast();
        }
    }
}

/// <summary>Tells what a change of the configuration meant for what is alive: buckets, connections, requests under way.</summary>
internal interface IReloadWitness
{
    /// <summary>Called once after each change, when it is in force; each sentence is a part of the receipt. Must not throw.</summary>
    IEnumerable<string> Describe(Snapshot before, Snapshot after);
}

/// <summary>Finds what a running gateway cannot change, or what would fail while it changes.</summary>
internal interface IReloadRule
{
    /// <summary>Called with a configuration that has no fault in itself.</summary>
    void Check(Snapshot before, Snapshot after, FaultList faults);
}
