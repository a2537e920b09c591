using System.Collections.Concurrent;

namespace Gateway.RateLimiting;

/// <summary>
/// A bucket for each client, bounded: when there is no room for one more, the client that was idle
/// longest is forgotten. Thread-safe; a known client's request takes no lock.
/// </summary>
internal sealed class ClientBuckets(BucketClock clock)
{
    // One look over all clients finds an eighth of them to forget, so that a flood of new ones pays for it once in a while.
    private const int ShareFoundAtOnce = 8;

    private readonly ConcurrentDictionary<ClientKey, ClientBucket> _buckets = new();
    private readonly Queue<(ClientKey Key, ClientBucket Bucket, long LastSeen)> _idlest = new();
    private readonly Lock _admission = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>The client's bucket, made full if the client is not known.</summary>
    public ClientBucket Get(ClientKey key, BucketRate rate, int maxClients, long now)
    {
        if (!_buckets.TryGetValue(key, out var bucket))
            bucket = Admit(key, rate, maxClients, now);
        bucket.LastSeen = now;
        if (!ReferenceEquals(bucket.Rate, rate))
            bucket.Reconfigure(rate);
        return bucket;
    }

    /// <summary>Forgets the idlest clients until no more than <paramref name="maxClients"/> are known.</summary>
    public void Trim(int maxClients)
    {
        lock (_admission)
        {
            while (_count > maxClients && ForgetIdlest())
                ;
        }
    }

    private ClientBucket Admit(ClientKey key, BucketRate rate, int maxClients, long now)
    {
        lock (_admission)
        {
            if (_buckets.TryGetValue(key, out var known))
                return known;
            while (_count >= maxClients && ForgetIdlest())
                ;
            var bucket = new ClientBucket(rate, clock) { LastSeen = now };
            _buckets[key] = bucket;
            _count++;
            return bucket;
        }
    }

    private bool ForgetIdlest()
    {
        while (_count > 0)
        {
            if (_idlest.Count == 0)
                FindIdlest();
            var (key, bucket, lastSeen) = _idlest.Dequeue();
            // Who came back since the look is not idle any more.
            if (bucket.LastSeen == lastSeen && _buckets.TryRemove(KeyValuePair.Create(key, bucket)))
            {
                _count--;
                return true;
            }
        }
        return false;
    }

    private void FindIdlest()
    {
        var all = _buckets.Select(static pair => (pair.Key, pair.Value, pair.Value.LastSeen)).ToArray();
        Array.Sort(all, static (a, b) => a.LastSeen.CompareTo(b.LastSeen));
        foreach (var candidate in all.AsSpan(0, Math.Max(1, all.Length / ShareFoundAtOnce)))
            _idlest.Enqueue(candidate);
    }
}
