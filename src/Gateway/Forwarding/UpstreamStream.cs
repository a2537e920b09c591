using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>
/// A connection to a destination, as the HTTP client reads and writes it: above TLS, where there is any.
/// It knows whether a request is waiting for the first byte of its response, and turns the connection's
/// end at that moment into an error of its own: told as an ordinary end of the stream, the HTTP client
/// would silently send the request again, up to three times, past every bound of ours.
/// </summary>
/// <param name="inner">The bytes of HTTP; TLS below tells its own end (close_notify) apart from them.</param>
/// <param name="socket">The socket that carries just these bytes; null where TLS adds its own to them.</param>
/// <param name="shared">Whether requests share the connection, as in HTTP/2: its end then is that of all that wait.</param>
/// <remarks>Used as a stream is: one reader and one writer at a time.</remarks>
internal sealed class UpstreamStream(Stream inner, Socket? socket, bool shared) : AsyncStream
{
    // Headers are put together and handed to the connection on one thread, without a pause between: so the
    // next write on the thread that announced a request is that request's first, if it begins like one.
    [ThreadStatic]
    private static (string Method, Attempt? Attempt)? _next;

    private readonly Stream _inner = inner;
    private readonly EarlyAnswer? _early = shared ? null : new(inner);
    private readonly TcpProgress _connected = socket is null ? default : TcpProgress.Of(socket);
    private volatile bool _awaitsFirstByte;
    private volatile bool _ended;
    private volatile bool _condemned;
    private bool _discards;
    private Attempt? _attempt;
    private int _requests;
    private long _read;
    private long _written;
    private long _writtenBefore;
    private Fairness _fairness;

    /// <summary>Announces that the calling thread is about to write an HTTP/1.1 request's first bytes.</summary>
    /// <param name="method">The method: they begin with it.</param>
    /// <param name="attempt">Whose request it is.</param>
    public static void RequestBegins(string method, Attempt? attempt = null) => _next = (method, attempt);

    /// <summary>Lets nothing more be read, whichever request the connection belongs to by now: what comes is no answer to any.</summary>
    public void Condemn()
    {
        _condemned = _ended = true;
        // Ends a read that waits there for the connection's end.
        _inner.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // It may be back among the idle ones already, and is not to be taken from there.
        if (_condemned)
            throw Lost(null, untaken: false);
        while (_early is not null && !_early.TryBeginReading())
        {
            if (await _early.TakeAsync(buffer) is { } taken)
                return _condemned ? throw Lost(null, untaken: false) : Came(taken);
        }
        var read = 0;
        bool waits;
        try
        {
            var reading = _inner.ReadAsync(buffer, cancellationToken);
            waits = !reading.IsCompleted;
            read = await reading;
        }
        catch (IOException error) when (EndsARequest())
        {
            throw Lost(error, IsUntaken());
        }
        finally
        {
            _early?.EndReading(buffer.Span[..read]);
        }
        if (buffer.Length == 0)
            return read;
        if (_condemned || (read == 0 && EndsARequest()))
            throw Lost(null, !_condemned && IsUntaken());
        Came(read);
        if (waits)
            _fairness.Waited();
        else if (_fairness.IsDue(read))
            await Task.Yield();
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_next is var (method, attempt) && !TryBegin(method, attempt, buffer.Span))
            return ValueTask.FromException(Lost(null, untaken: true));
        if (_discards)
            return default;
        if (_attempt is { IsUploading: true } uploading && socket is { Available: > 0 })
            uploading.OnAnsweredEarly();
        // Only over TLS, which has no socket of its own here.
        if (socket is null && HiddenHost.IsIn(buffer.Span))
            buffer = shared ? HostFrames.Reveal(buffer.Span) : HiddenHost.Reveal(buffer.Span);
        _written += buffer.Length;
        var write = _inner.WriteAsync(buffer, cancellationToken);
        return write.IsCompletedSuccessfully ? default : AwaitWrite(write);
    }

    private async ValueTask AwaitWrite(ValueTask write)
    {
        try
        {
            await write;
        }
        catch (IOException error)
        {
            if (_early is not null && await _early.CameAsync())
                Discard();
            else if (_awaitsFirstByte || shared)
                throw Lost(error, IsUntaken());
            else
                throw;
        }
    }

    // The backend answered before it had all: the rest goes nowhere, and the client comes to read the answer.
    private void Discard()
    {
        _discards = true;
        _attempt?.OnUploadRefused();
    }

    private int Came(int read)
    {
        _read += read;
        _awaitsFirstByte = false;
        return read;
    }

    // False: the connection ended while nobody waited for it, and nothing is written.
    private bool TryBegin(string method, Attempt? attempt, ReadOnlySpan<byte> first)
    {
        _next = null;
        // Over HTTP/2 another thread may have written what was announced here, and a body may begin with the name of a method.
        if (shared || _awaitsFirstByte || !(first.Length > method.Length && Ascii.Equals(first[..method.Length], method)))
            return true;
        _writtenBefore = _written;
        _attempt = attempt;
        _early!.Begin();
        _requests++;
        _awaitsFirstByte = true;
        attempt?.Connection = this;
        Interlocked.MemoryBarrier();
        return !_ended && !_discards;
    }

    // Whoever comes second of the end and the request that begins at the same moment sees the other.
    private bool EndsARequest()
    {
        _ended = true;
        Interlocked.MemoryBarrier();
        return _awaitsFirstByte || shared;
    }

    private ConnectionLostException Lost(IOException? cause, bool untaken) => new(reused: _requests > 1, cause, untaken);

    // A reset says nothing: its sender may have read the request, and its word of how far it read is not heard. The
    // end of the stream (which counts as one byte received) comes with that word, and nothing is read after it.
    private bool IsUntaken() => !shared && _connected.IsKnown && TcpProgress.Of(socket!) is { IsKnown: true } now
        && (now.Sent <= _writtenBefore || (now.Received - Volatile.Read(ref _read) == 1 && now.Acknowledged - _connected.Acknowledged <= _writtenBefore));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _inner.Dispose();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => _inner.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);
}

/// <summary>A connection ended after a request was begun on it and before a byte of the response came.</summary>
/// <param name="reused">Whether it had served an earlier request: the destination may just have closed an idle connection.</param>
/// <param name="cause">The error that ended it; null when it was closed in order.</param>
/// <param name="untaken">Whether it is certain that the destination took nothing of the request.</param>
/// <remarks>Not an <see cref="IOException"/>: those are what the HTTP client sends again for.</remarks>
internal sealed class ConnectionLostException(bool reused, IOException? cause, bool untaken = false)
    : Exception("The connection ended before a byte of the response came.", cause)
{
    private bool _blamed;

    public bool Reused { get; } = reused;

    /// <summary>Whether this is the first request that is told of it: where many share a connection, its end is one failure.</summary>
    public bool TryBlame() => !Interlocked.Exchange(ref _blamed, true);

    public bool Untaken { get; } = untaken;
}

/// <summary>
/// The HTTP client was about to send a request again by itself: it is told not to. That happens over HTTP/2
/// only, where the destination said that it did nothing with the first one (RFC 9113 §8.7) or never got it.
/// </summary>
internal sealed class ResendException() : Exception("The connection gave the request back unanswered.");
