using System.Buffers;
using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// The client's body as attempts read it. While another attempt is possible, what is read is kept
/// beside, up to a limit, and the next attempt begins with it again. Reading never waits for the keeping.
/// </summary>
/// <remarks>
/// One attempt reads at a time: a copy of an earlier attempt that comes late is turned away, and one
/// that still runs is cut off and waited for. The buffer belongs to whoever holds the lock.
/// </remarks>
internal sealed class KeptBody(RequestBody inner, int limit) : AsyncStream
{
    private const int Smallest = 4096;
    private readonly Lock _lock = new();
    private byte[]? _kept;
    private int _length;
    private int _position;
    private long _resent;
    private bool _keeps = limit > 0;
    private bool _lost;
    private bool _entered;
    private volatile bool _cut;
    private TaskCompletionSource? _left;

    /// <summary>Whether all that was read so far can be read again.</summary>
    public bool IsWhole
    {
        get
        {
            lock (_lock)
                return !_lost;
        }
    }

    /// <summary>The bytes that were read again.</summary>
    public long Resent => Volatile.Read(ref _resent);

    /// <summary>Counts the attempts that may read; a copy belongs to the one in whose time it was made.</summary>
    public int Round { get; private set; }

    /// <summary>Begins the copy of an attempt; false when another attempt has taken its place.</summary>
    public bool TryEnter(int round)
    {
        lock (_lock)
            return round == Round && !_cut && (_entered = true);
    }

    /// <summary>Ends a copy that was begun.</summary>
    public void Leave()
    {
        TaskCompletionSource? left;
        lock (_lock)
            (_entered, left) = (false, _left);
        left?.TrySetResult();
    }

    /// <summary>Lets nothing more be read until the next attempt, so that what is whole stays so; false when it is not.</summary>
    public bool TryHold()
    {
        lock (_lock)
            return !_lost && (_cut = true);
    }

    /// <summary>Takes the body from the attempt that had it; the next one reads it from its start.</summary>
    /// <returns>Whether that is possible: not when bytes were read, until the last moment, that are not kept.</returns>
    public async ValueTask<bool> RewindAsync(CancellationToken cancellationToken)
    {
        Task? leaving;
        lock (_lock)
        {
            Round++;
            _cut = true;
            leaving = _entered ? (_left = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task : null;
        }
        if (leaving is not null)
            await leaving.WaitAsync(cancellationToken);
        lock (_lock)
        {
            (_cut, _left, _position) = (false, null, 0);
            return !_lost;
        }
    }

    /// <summary>No attempt will follow this one: nothing more is kept, and what is kept goes once it was sent.</summary>
    public void StopKeeping()
    {
        lock (_lock)
        {
            _keeps = false;
            if (_position == _length)
                Drop();
        }
    }

    /// <summary>Gives the memory back. Whoever still reads gets what the client sends next.</summary>
    public void Release()
    {
        lock (_lock)
        {
            _keeps = false;
            Drop();
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_cut)
            return ValueTask.FromException<int>(new OperationCanceledException("Another attempt reads the body."));
        if (TryResend(buffer.Span, out var resent))
            return new(resent);
        return buffer.Length == 0 ? inner.ReadAsync(buffer, cancellationToken) : ReadAndKeepAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadAndKeepAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (read > 0)
            Keep(buffer.Span[..read]);
        return read;
    }

    private bool TryResend(Span<byte> buffer, out int resent)
    {
        resent = 0;
        lock (_lock)
        {
            if (_position == _length)
                return false;
            resent = Math.Min(buffer.Length, _length - _position);
            _kept.AsSpan(_position, resent).CopyTo(buffer);
            _position += resent;
            _resent += resent;
            if (!_keeps && _position == _length)
                Drop();
        }
        inner.Resent();
        return true;
    }

    private void Keep(ReadOnlySpan<byte> read)
    {
        lock (_lock)
        {
            // A read that was under way when the body was held still comes; it is the last one.
            if (!_cut && (!_keeps || read.Length > limit - _length))
            {
                (_keeps, _lost) = (false, true);
                Drop();
                return;
            }
            MakeRoom(_length + read.Length);
            read.CopyTo(_kept.AsSpan(_length));
            _position = _length += read.Length;
        }
    }

    private void MakeRoom(int length)
    {
        if (_kept is { } enough && enough.Length >= length)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length, Math.Min(limit, Math.Max(Smallest, _length * 2))));
        if (_kept is { } smaller)
        {
            smaller.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(smaller);
        }
        _kept = larger;
    }

    private void Drop()
    {
        _lost |= _length > 0;
        (_length, _position) = (0, 0);
        if (_kept is { } kept)
            ArrayPool<byte>.Shared.Return(kept);
        _kept = null;
    }

    public override bool CanRead => true;

    public override bool CanWrite => false;
}
