namespace Gateway.Forwarding;

/// <summary>
/// Bounds the retries of a cluster, so that a cluster in trouble is not given more of it: over the
/// last ten seconds no more than a share of its requests, or a small number if that is more.
/// Thread-safe, without a lock on the request's way.
/// </summary>
internal sealed class RetryBudget(TimeProvider time)
{
    private const int Seconds = 10;
    private readonly Slot[] _slots = [.. Enumerable.Range(0, Seconds).Select(_ => new Slot())];
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private volatile RetrySettings _settings = new();

    private sealed class Slot
    {
        public long Second = -1;
        public long Requests;
        public long Retries;
    }

    public RetrySettings Settings
    {
        get => _settings;
        set => _settings = value;
    }

    /// <summary>Counts a request that came at <paramref name="timestamp"/>.</summary>
    public void CountRequest(long timestamp) => Interlocked.Increment(ref Current(Second(timestamp)).Requests);

    /// <summary>Takes a retry from the budget, or says that it is used up.</summary>
    public bool TryTakeRetry()
    {
        var settings = _settings;
        var second = Second(time.GetTimestamp());
        var slot = Current(second);
        lock (_lock)
        {
            long requests = 0, retries = 0;
            foreach (var recent in _slots)
            {
                if (recent.Second <= second - Seconds)
                    continue;
                requests += Volatile.Read(ref recent.Requests);
                retries += recent.Retries;
            }
            if (retries + 1 > Math.Max(settings.BudgetRatio * requests, (double)settings.MinRetriesPerSecond * Seconds))
                return false;
            slot.Retries++;
            return true;
        }
    }

    // A request that came before the cluster did belongs to its first second.
    private long Second(long timestamp) => Math.Max(0, (timestamp - _start) / time.TimestampFrequency);

    private Slot Current(long second)
    {
        var slot = _slots[second % Seconds];
        if (Volatile.Read(ref slot.Second) != second)
            Begin(slot, second);
        return slot;
    }

    private void Begin(Slot slot, long second)
    {
        lock (_lock)
        {
            if (slot.Second >= second)
                return;
            slot.Requests = 0;
            slot.Retries = 0;
            Volatile.Write(ref slot.Second, second);
        }
    }
}
