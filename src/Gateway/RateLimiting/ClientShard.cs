using System.Numerics;

namespace Gateway.RateLimiting;

/// <summary>
/// Some of the clients: found by a hash table, and in the order in which they were last seen. Everything is a few
/// steps, however many clients there are. Thread-safe.
/// </summary>
/// <remarks>
/// The lock is held for nanoseconds, and two requests meet at it only when their clients share the shard. Without it,
/// an entry would have to outlive those that still read it, and a client would again be an object of its own.
/// </remarks>
internal sealed class ClientShard
{
    private const int Bits = 6;
    private const int FewestHeads = 4;
    private const int MuchRoom = 8;

    /// <summary>How many shards there are: enough that requests of different clients seldom meet, few enough to ask each for its idlest.</summary>
    public const int Shards = 1 << Bits;

    private readonly Lock _lock = new();
    private ClientEntries _entries = new();
    private int[] _heads = new int[FewestHeads];
    private int _count;
    private long _idlestSeen = long.MaxValue;

    /// <summary>When the client was seen that is idle longest; later than any time where there is none.</summary>
    public long IdlestSeen => Volatile.Read(ref _idlestSeen);

    /// <summary>Takes a token from the bucket of a client that is known; false when it is not.</summary>
    public bool TryTake(in ClientRequest request, ClientRates rates, out ClientTake take)
    {
        lock (_lock)
        {
            var number = Find(request.Key, request.Hash);
            take = number == 0 ? default : Take(number, request, rates);
            return number != 0;
        }
    }

    /// <summary>Takes a token from the full bucket of a client that was not known.</summary>
    public ClientTake TakeFirst(in ClientRequest request, ClientRates rates)
    {
        lock (_lock)
        {
            if (_count == _heads.Length)
                Spread(new int[2 * _count]);
            var number = _entries.Rent();
            _entries[number] = new ClientEntry
            {
                Key = request.Key.Value,
                IsHeader = request.Key.IsHeader,
                Taken = request.Rate.TakenOfFull,
                Rate = request.RateIndex,
            };
            _count++;
            Hang(number, request.Hash);
            Append(number);
            return Take(number, request, rates);
        }
    }

    /// <summary>Forgets the client that is idle longest; false when there is none.</summary>
    public bool ForgetIdlest()
    {
        lock (_lock)
        {
            var number = _entries[0].Newer;
            if (number == 0)
                return false;
            Unhang(number, _entries[number].ClientKey.Hash);
            Unlink(number);
            _entries.Return(number);
            _count--;
            ReportIdlest();
            return true;
        }
    }

    /// <summary>Gives room back that is far more than the clients need.</summary>
    public void Compact()
    {
        lock (_lock)
        {
            if (_entries.Capacity < ClientEntries.LeastCapacity + MuchRoom * _count)
                return;
            var old = _entries;
            _entries = new ClientEntries();
            for (var number = old[0].Newer; number != 0; number = old[number].Newer)
            {
                var copy = _entries.Rent();
                _entries[copy] = old[number];
                Append(copy);
            }
            Spread(new int[BitOperations.RoundUpToPowerOf2((uint)Math.Max(FewestHeads, _count))]);
        }
    }

    /// <summary>The tokens that a client took in a window; 0 when it is not known.</summary>
    public int CountedIn(in ClientKey key, int window)
    {
        lock (_lock)
            return Find(key, key.Hash) is > 0 and var number ? _entries[number].CountedIn(window) : 0;
    }

    /// <summary>Keeps whether a client is in a window's list of the busiest; false when it is not known, or counts in another window by now.</summary>
    public bool SetListed(in ClientKey key, int window, bool isListed)
    {
        lock (_lock)
        {
            var number = Find(key, key.Hash);
            if (number == 0 || _entries[number].Window != window)
                return false;
            _entries[number].IsListed = isListed;
            return true;
        }
    }

    private ClientTake Take(int number, in ClientRequest request, ClientRates rates)
    {
        ref var entry = ref _entries[number];
        entry.LastSeen = request.Now;
        MakeNewest(number);
        if (entry.Rate != request.RateIndex)
            (entry.Taken, entry.Rate) = (request.Rate.Carry(entry.Taken, rates[entry.Rate], Math.Min(request.Rate.InForceSince, request.Now)), request.RateIndex);
        var isTaken = request.Rate.TryTake(entry.Taken, request.Came, out var taken);
        if (isTaken)
        {
            entry.Taken = taken;
            entry.Count(request.Window);
        }
        return new(isTaken, request.Rate.Level(entry.Taken, request.Came), entry.Counted, entry.IsListed);
    }

    private int Find(in ClientKey key, uint hash)
    {
        var number = Head(hash);
        while (number != 0 && !_entries[number].Is(key))
            number = _entries[number].Next;
        return number;
    }

    // The lowest bits of a hash say which shard it is. The number of heads is a power of two.
    private ref int Head(uint hash) => ref _heads[(hash >> Bits) & (uint)(_heads.Length - 1)];

    private void Hang(int number, uint hash)
    {
        ref var head = ref Head(hash);
        _entries[number].Next = head;
        head = number;
    }

    private void Unhang(int number, uint hash)
    {
        ref var link = ref Head(hash);
        while (link != number)
            link = ref _entries[link].Next;
        link = _entries[number].Next;
    }

    private void Spread(int[] heads)
    {
        _heads = heads;
        for (var number = _entries[0].Newer; number != 0; number = _entries[number].Newer)
            Hang(number, _entries[number].ClientKey.Hash);
    }

    private void MakeNewest(int number)
    {
        var wasIdlest = _entries[0].Newer == number;
        if (_entries[0].Older != number)
        {
            Unlink(number);
            Append(number);
        }
        if (wasIdlest)
            ReportIdlest();
    }

    // Entry 0 closes the list to a ring: its newer one is the oldest of all.
    private void Append(int number)
    {
        ref var end = ref _entries[0];
        ref var entry = ref _entries[number];
        (entry.Older, entry.Newer) = (end.Older, 0);
        _entries[end.Older].Newer = number;
        end.Older = number;
    }

    private void Unlink(int number)
    {
        ref var entry = ref _entries[number];
        _entries[entry.Older].Newer = entry.Newer;
        _entries[entry.Newer].Older = entry.Older;
    }

    private void ReportIdlest() => Volatile.Write(ref _idlestSeen, _entries[0].Newer is > 0 and var idlest ? _entries[idlest].LastSeen : long.MaxValue);
}
