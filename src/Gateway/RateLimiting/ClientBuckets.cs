namespace Gateway.RateLimiting;

/// <summary>
/// A bucket for each client, bounded: when there is no room for one more, the client that was idle
/// longest is forgotten. Thread-safe. What a request costs does not grow with the clients, and only a new client's
/// first one waits for others of its kind.
/// </summary>
internal sealed class ClientBuckets
{
    // Who waits for this many to be forgotten waits less than a millisecond.
    private const int ForgottenAtOnce = 1024;

    private readonly ClientShard[] _shards = [.. Enumerable.Range(0, ClientShard.Shards).Select(static _ => new ClientShard())];
    private readonly ClientRates _rates = new();
    private readonly Lock _admission = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Takes a token from a client's bucket if one is there; the bucket is full if the client was not known.</summary>
    /// <param name="key">The client.</param>
    /// <param name="rate">The numbers of its bucket. Where they are others than before, it keeps its level.</param>
    /// <param name="maxClients">As many are known at most, itself among them.</param>
    /// <param name="now">The time, as <see cref="BucketClock.Now"/> gives it.</param>
    /// <param name="window">The window in which the token is counted.</param>
    public ClientTake Take(in ClientKey key, BucketRate rate, int maxClients, long now, int window)
    {
        var request = new ClientRequest(key, key.Hash, rate, _rates.IndexOf(rate), now, rate.UnitsAt(now), window);
        var shard = Shard(request.Hash);
        return shard.TryTake(request, _rates, out var take) ? take : Admit(request, shard, maxClients);
    }

    /// <summary>Forgets the idlest clients until no more than <paramref name="maxClients"/> are known.</summary>
    public void Trim(int maxClients)
    {
        while (!TrimSome(maxClients))
            ;
        foreach (var shard in _shards)
            shard.Compact();
    }

    /// <summary>The tokens that a client took in a window; 0 when it is not known.</summary>
    public int CountedIn(in ClientKey key, int window) => Shard(key.Hash).CountedIn(key, window);

    /// <summary>Keeps whether a client is in a window's list of the busiest; false when it is not known, or counts in another window by now.</summary>
    public bool SetListed(in ClientKey key, int window, bool isListed) => Shard(key.Hash).SetListed(key, window, isListed);

    private ClientShard Shard(uint hash) => _shards[hash % ClientShard.Shards];

    private ClientTake Admit(in ClientRequest request, ClientShard shard, int maxClients)
    {
        lock (_admission)
        {
            // Another request of the same client may have been here first.
            if (shard.TryTake(request, _rates, out var take))
                return take;
            while (_count >= maxClients && ForgetIdlest())
                ;
            Volatile.Write(ref _count, _count + 1);
            return shard.TakeFirst(request, _rates);
        }
    }

    private bool TrimSome(int maxClients)
    {
        lock (_admission)
        {
            for (var i = 0; i < ForgottenAtOnce && _count > maxClients; i++)
                ForgetIdlest();
            return _count <= maxClients;
        }
    }

    // A client that comes back at this very moment leaves its place to the next idlest of its shard.
    private bool ForgetIdlest()
    {
        var idlest = _shards[0];
        foreach (var shard in _shards)
        {
            if (shard.IdlestSeen < idlest.IdlestSeen)
                idlest = shard;
        }
        if (!idlest.ForgetIdlest())
            return false;
        Volatile.Write(ref _count, _count - 1);
        return true;
    }
}
