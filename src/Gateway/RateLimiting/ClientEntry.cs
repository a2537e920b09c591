namespace Gateway.RateLimiting;

/// <summary>
/// What is kept of one client: its bucket, where it stands in the lists of its shard, and what it took lately.
/// A struct without references, so that millions of them are no work for the garbage collector; 64 bytes.
/// </summary>
internal struct ClientEntry
{
    public UInt128 Key;

    /// <summary>The units that were taken, by the numbers of <see cref="Rate"/>; see <see cref="TokenBucket"/>.</summary>
    public long Taken;
    public long LastSeen;

    /// <summary>The next of those that share a head of the hash table, or the next free one.</summary>
    public int Next;

    /// <summary>The one that was seen next after this one.</summary>
    public int Newer;
    public int Older;

    public int Rate;

    /// <summary>The window that was last counted in, and the tokens that were taken in it and in the one before.</summary>
    public int Window;
    public int Counted;
    public int CountedBefore;
    public bool IsHeader;

    /// <summary>Whether it stands in the list of the busiest of its window.</summary>
    public bool IsListed;

    public readonly ClientKey ClientKey => new(Key, IsHeader);

    public readonly bool Is(in ClientKey key) => Key == key.Value && IsHeader == key.IsHeader;

    public void Count(int window)
    {
        if (window != Window)
            (CountedBefore, Counted, Window, IsListed) = (window == Window + 1 ? Counted : 0, 0, window, false);
        Counted++;
    }

    public readonly int CountedIn(int window) => window == Window ? Counted : window == Window - 1 ? CountedBefore : 0;
}
