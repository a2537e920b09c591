namespace Gateway.Forwarding;

/// <summary>
/// An answer over HTTP/1.1 that came before the request's body was written. The HTTP client reads none until
/// then, and gives up where it cannot write; a backend that refuses an upload answers and closes.
/// </summary>
/// <remarks>The connection is read by the client or, once its end was met in writing, from here: never by both.</remarks>
internal sealed class EarlyAnswer(Stream connection)
{
    private const int Size = 4096;
    private const int Nobody = 0, Client = 1, Writer = 2;
    private FinalHead _head;
    private int _reader;
    private TaskCompletionSource? _left;
    private TaskCompletionSource _readAhead = null!;
    private byte[] _ahead = [];
    private int _start;
    private int _end;

    /// <summary>A request begins: what came before belongs to another one.</summary>
    public void Begin() => _head = default;

    /// <summary>The client is about to read; false where something was read ahead.</summary>
    public bool TryBeginReading() => Interlocked.CompareExchange(ref _reader, Client, Nobody) == Nobody;

    /// <summary>The client has read.</summary>
    public void EndReading(ReadOnlySpan<byte> read)
    {
        if (!_head.Came)
            _head.Follow(read);
        // Whichever comes second, this end or the wait for it, sees the other.
        Interlocked.Exchange(ref _reader, Nobody);
        _left?.TrySetResult();
    }

    /// <summary>Gives what was read ahead; null where that came to nothing.</summary>
    public async ValueTask<int?> TakeAsync(Memory<byte> buffer)
    {
        await _readAhead.Task;
        if (_start == _end)
            return null;
        var taken = Math.Min(buffer.Length, _end - _start);
        _ahead.AsSpan(_start, taken).CopyTo(buffer.Span);
        _start += taken;
        if (_start == _end)
            Volatile.Write(ref _reader, Nobody);
        return taken;
    }

    /// <summary>Whether the backend answered, on a connection that can no longer be written to: all that is to be read of it is there.</summary>
    public async ValueTask<bool> CameAsync()
    {
        // There is one writer, which may meet the end again.
        if (Volatile.Read(ref _reader) == Writer)
            return _head.Came;
        _readAhead = new(TaskCreationOptions.RunContinuationsAsynchronously);
        while (!_head.Came)
        {
            if (Interlocked.CompareExchange(ref _reader, Writer, Nobody) == Nobody)
            {
                await ReadAheadAsync();
                _readAhead.SetResult();
                break;
            }
            // The client's read meets the end as well, if not the answer.
            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _left, left);
            if (Volatile.Read(ref _reader) == Client)
                await left.Task;
        }
        return _head.Came;
    }

    private async ValueTask ReadAheadAsync()
    {
        (_ahead, _start, _end) = (new byte[Size], 0, 0);
        try
        {
            while (!_head.Came && _end < Size && await connection.ReadAsync(_ahead.AsMemory(_end)) is var read and > 0)
            {
                _head.Follow(_ahead.AsSpan(_end, read));
                _end += read;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Whoever reads next meets the end as well.
        }
        if (_end == 0)
            Volatile.Write(ref _reader, Nobody);
    }
}
