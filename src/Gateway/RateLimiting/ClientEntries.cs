using System.Numerics;

namespace Gateway.RateLimiting;

/// <summary>
/// Room for entries, each known by its number, in chunks of which each is twice as large as the one before: room that
/// grows copies nothing. Number 0 is no client's; lists end with it. Not thread-safe.
/// </summary>
internal sealed class ClientEntries
{
    private const int FirstBits = 4;

    /// <summary>The room of the first chunk, which is always there.</summary>
    public const int LeastCapacity = 1 << FirstBits;

    private ClientEntry[][] _chunks = [new ClientEntry[LeastCapacity]];
    private int _used = 1;
    private int _free;

    public int Capacity => (LeastCapacity << _chunks.Length) - LeastCapacity;

    public ref ClientEntry this[int number]
    {
        get
        {
            var at = (uint)number + LeastCapacity;
            var chunk = BitOperations.Log2(at);
            return ref _chunks[chunk - FirstBits][at - (1u << chunk)];
        }
    }

    /// <summary>The number of an entry that is free; what it held is still there.</summary>
    public int Rent()
    {
        if (_free != 0)
        {
            var number = _free;
            _free = this[number].Next;
            return number;
        }
        if (_used == Capacity)
            _chunks = [.. _chunks, new ClientEntry[LeastCapacity << _chunks.Length]];
        return _used++;
    }

    public void Return(int number)
    {
        this[number].Next = _free;
        _free = number;
    }
}
