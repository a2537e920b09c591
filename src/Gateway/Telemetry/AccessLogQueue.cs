using System.Collections.Concurrent;

namespace Gateway.Telemetry;

/// <summary>
/// What the access log has yet to write, in the order in which it came. Every request's thread adds, and a lock there would
/// be one that all cores wait for; one thread takes.
/// </summary>
/// <param name="capacity">How much it holds at most.</param>
internal sealed class AccessLogQueue(int capacity) : IDisposable
{
    private readonly ConcurrentQueue<AccessLogEntry> _entries = new();
    private readonly AutoResetEvent _added = new(false);
    private volatile bool _completed;

    // Side by side: the core that has just counted has the cache line of both.
    private int _length;
    private bool _isAwaited;

    /// <summary>Adds an entry; false when there is no room for it, or no more of them are written.</summary>
    public bool TryAdd(in AccessLogEntry entry)
    {
        if (_completed)
            return false;
        if (Interlocked.Increment(ref _length) > capacity)
        {
            Interlocked.Decrement(ref _length);
            return false;
        }
        _entries.Enqueue(entry);
        // Either this sees that it is awaited, or the one that waits sees the entry.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _isAwaited))
            Wake();
        return true;
    }

    /// <summary>Takes an entry, whose place stays taken until <see cref="GiveBack"/>.</summary>
    public bool TryTake(out AccessLogEntry entry) => _entries.TryDequeue(out entry);

    /// <summary>Gives the places of entries back, all at once: each time costs the threads that add.</summary>
    public void GiveBack(int entries) => Interlocked.Add(ref _length, -entries);

    /// <summary>Waits for an entry; false when there is none and none will come.</summary>
    public bool Wait()
    {
        while (_entries.IsEmpty)
        {
            Volatile.Write(ref _isAwaited, true);
            Interlocked.MemoryBarrier();
            if (_completed)
                return !_entries.IsEmpty;
            if (_entries.IsEmpty)
                _added.WaitOne();
        }
        Volatile.Write(ref _isAwaited, false);
        return true;
    }

    /// <summary>Nothing is added any more.</summary>
    public void Complete()
    {
        _completed = true;
        Wake();
    }

    public void Dispose() => _added.Dispose();

    private void Wake()
    {
        Volatile.Write(ref _isAwaited, false);
        _added.Set();
    }
}
