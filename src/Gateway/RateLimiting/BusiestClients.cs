namespace Gateway.RateLimiting;

/// <summary>
/// Finds the clients that take most tokens without ever looking at all of them: each bucket counts for
/// itself, and who has more than the least of the list enters it. Thread-safe; counts are near enough
/// for a page, as they are added without interlocking.
/// </summary>
internal sealed class BusiestClients(BucketClock clock, long ticksPerSecond)
{
    /// <summary>As many are told.</summary>
    public const int Listed = 10;

    // Who is nearly as busy as the tenth is kept in view: clients of much the same pace would else push each
    // other off the list with every request, under its lock.
    private const int Candidates = 64;
    private const int EntryMargin = 8;

    private const int WindowSeconds = 10;
    private readonly long _windowTicks = WindowSeconds * ticksPerSecond;
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientKey, ClientBucket> _top = [];
    private KeyValuePair<ClientKey, long>[] _last = [];
    private long _window;
    private long _least;

    /// <summary>The time that is counted over.</summary>
    public static TimeSpan Window => TimeSpan.FromSeconds(WindowSeconds);

    /// <summary>Counts a token that a client took at <paramref name="now"/>.</summary>
    public void Took(in ClientKey key, ClientBucket bucket, long now)
    {
        var window = now / _windowTicks;
        bucket.Count(window);
        // Nearly everybody is in the list already, or far from it.
        var least = Volatile.Read(ref _least);
        if (bucket.ListedIn != window && (bucket.Taken > least + least / EntryMargin || window != Volatile.Read(ref _window)))
            Enter(key, bucket, window);
    }

    /// <summary>The busiest clients of this window or, while that has less, of the one before it; the busiest first.</summary>
    public IReadOnlyList<KeyValuePair<ClientKey, long>> Busiest()
    {
        lock (_lock)
        {
            Turn(clock.Now / _windowTicks);
            var now = Top();
            return _last.Sum(static client => client.Value) > now.Sum(static client => client.Value) ? _last : now;
        }
    }

    private void Enter(in ClientKey key, ClientBucket bucket, long window)
    {
        lock (_lock)
        {
            Turn(window);
            if (window < _window)
                return;
            // A client that was forgotten and came back has another bucket.
            _top[key] = bucket;
            bucket.ListedIn = window;
            if (_top.Count > Candidates)
            {
                var least = Least();
                _top.Remove(least.Key);
                least.Value.ListedIn = -1;
            }
            // Those in the list count on without it: a list whose least is out of date corrects itself at the next who enters.
            Volatile.Write(ref _least, _top.Count < Candidates ? 0 : Least().Value.Taken);
        }
    }

    private KeyValuePair<ClientKey, ClientBucket> Least()
    {
        KeyValuePair<ClientKey, ClientBucket> least = default;
        foreach (var client in _top)
        {
            if (least.Value is null || client.Value.Taken < least.Value.Taken)
                least = client;
        }
        return least;
    }

    private void Turn(long window)
    {
        if (window <= _window)
            return;
        _last = window == _window + 1 ? Top() : [];
        _top.Clear();
        Volatile.Write(ref _least, 0);
        Volatile.Write(ref _window, window);
    }

    private KeyValuePair<ClientKey, long>[] Top() => [.. _top
        .Select(client => KeyValuePair.Create(client.Key, client.Value.TakenIn(_window))).OrderByDescending(static client => client.Value).Take(Listed)];
}

/// <summary>A client's bucket, which also knows when it was last asked and how much of it was taken lately.</summary>
internal sealed class ClientBucket(BucketRate rate, BucketClock clock) : TokenBucket(rate, clock)
{
    private long _lastSeen;
    private long _window;
    private long _takenBefore;

    public long LastSeen
    {
        get => Volatile.Read(ref _lastSeen);
        set => Volatile.Write(ref _lastSeen, value);
    }

    /// <summary>The tokens that were taken in the window that was last counted in.</summary>
    public long Taken { get; private set; }

    /// <summary>The window in whose list of the busiest it stands.</summary>
    public long ListedIn { get; set; } = -1;

    public void Count(long window)
    {
        if (window != _window)
            (_takenBefore, Taken, _window) = (window == _window + 1 ? Taken : 0, 0, window);
        Taken++;
    }

    public long TakenIn(long window) => window == _window ? Taken : window == _window - 1 ? _takenBefore : 0;
}
