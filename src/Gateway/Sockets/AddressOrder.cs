using System.Collections.Concurrent;
using System.Net;

namespace Gateway.Sockets;

/// <summary>
/// In what order a name's addresses are tried: each in its turn first, the other family second, and those
/// that did not answer lately after all others. Thread-safe.
/// </summary>
internal sealed class AddressOrder(TimeProvider time)
{
    /// <summary>The time for which an address that did not answer comes last.</summary>
    public static readonly TimeSpan Avoidance = TimeSpan.FromSeconds(10);

    // Names and addresses are those of a configuration; what saves left behind is not worth more than this.
    private const int Remembered = 10_000;

    private readonly ConcurrentDictionary<(string Host, int Port), Turn> _turns = new();
    private readonly ConcurrentDictionary<(IPAddress Address, int Port), long> _failed = new();

    private sealed class Turn
    {
        public uint Next;
    }

    /// <summary>Puts a name's addresses into the order of its next connection.</summary>
    public IReadOnlyList<IPAddress> Of(string host, int port, IReadOnlyList<IPAddress> addresses)
    {
        if (_turns.Count > Remembered)
            _turns.Clear();
        var turn = Interlocked.Increment(ref _turns.GetOrAdd((host, port), static _ => new Turn()).Next) - 1;
        // Resolvers give the same addresses in another order each time: turns are taken in an order of their own.
        var sorted = addresses.Distinct().OrderBy(static address => address.AddressFamily).ThenBy(static address => address.ToString(), StringComparer.Ordinal);
        var known = sorted.ToLookup(address => IsAvoided(address, port));
        var answering = known[false].ToList();
        var first = answering.Count > 0 ? (int)(turn % (uint)answering.Count) : 0;
        List<IPAddress> order = [.. answering[first..], .. answering[..first]];
        // RFC 8305 §4: where one family does not work, the second address is of the other one.
        if (order.FindIndex(address => address.AddressFamily != order[0].AddressFamily) is > 1 and var other)
        {
            var address = order[other];
            order.RemoveAt(other);
            order.Insert(1, address);
        }
        order.AddRange(known[true]);
        return order;
    }

    /// <summary>An address refused, cannot be reached, or hung.</summary>
    public void Failed(IPAddress address, int port)
    {
        if (_failed.Count > Remembered)
            _failed.Clear();
        _failed[(address, port)] = time.GetTimestamp();
    }

    public void Answered(IPAddress address, int port) => _failed.TryRemove((address, port), out _);

    private bool IsAvoided(IPAddress address, int port) =>
        _failed.TryGetValue((address, port), out var failed) && time.GetElapsedTime(failed) < Avoidance;
}
