namespace Gateway.RateLimiting;

/// <summary>
/// Finds the clients that take most tokens without ever looking at all of them: each client is counted beside
/// its bucket, and one that has more than the least of the list enters it. Thread-safe.
/// </summary>
internal sealed class BusiestClients(ClientBuckets clients, BucketClock clock, long ticksPerSecond)
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
    private readonly HashSet<ClientKey> _top = [];
    private KeyValuePair<ClientKey, long>[] _last = [];
    private int _window;
    private int _least;

    /// <summary>The time that is counted over.</summary>
    public static TimeSpan Window => TimeSpan.FromSeconds(WindowSeconds);

    /// <summary>The window that a time is in.</summary>
    public int WindowAt(long now) => (int)(now / _windowTicks);

    /// <summary>Hears that a client took a token in a window.</summary>
    public void Took(in ClientKey key, in ClientTake take, int window)
    {
        // Nearly everybody is in the list already, or far from it.
        var least = Volatile.Read(ref _least);
        if (!take.IsListed && (take.Counted > least + least / EntryMargin || window != Volatile.Read(ref _window)))
            Enter(key, window);
    }

    /// <summary>The busiest clients of this window or, while that has less, of the one before it; the busiest first.</summary>
    public IReadOnlyList<KeyValuePair<ClientKey, long>> Busiest()
    {
        lock (_lock)
        {
            Turn(WindowAt(clock.Now));
            var now = Top();
            return _last.Sum(static client => client.Value) > now.Sum(static client => client.Value) ? _last : now;
        }
    }

    private void Enter(in ClientKey key, int window)
    {
        lock (_lock)
        {
            Turn(window);
            if (window < _window || !clients.SetListed(key, window, isListed: true))
                return;
            _top.Add(key);
            if (_top.Count > Candidates)
            {
                var least = Least().Key;
                _top.Remove(least);
                clients.SetListed(least, window, isListed: false);
            }
            // Those in the list count on without it: a list whose least is out of date corrects itself at the next who enters.
            Volatile.Write(ref _least, _top.Count < Candidates ? 0 : Least().Taken);
        }
    }

    private (ClientKey Key, int Taken) Least()
    {
        (ClientKey Key, int Taken) least = (default, int.MaxValue);
        foreach (var client in _top)
        {
            if (clients.CountedIn(client, _window) is var taken && taken < least.Taken)
                least = (client, taken);
        }
        return least;
    }

    private void Turn(int window)
    {
        if (window <= _window)
            return;
        _last = window == _window + 1 ? Top() : [];
        _top.Clear();
        Volatile.Write(ref _least, 0);
        Volatile.Write(ref _window, window);
    }

    // One that was forgotten meanwhile, as too many others came, has taken nothing.
    private KeyValuePair<ClientKey, long>[] Top() => [.. _top
        .Select(client => KeyValuePair.Create(client, (long)clients.CountedIn(client, _window))).Where(static client => client.Value > 0)
        .OrderByDescending(static client => client.Value).Take(Listed)];
}
