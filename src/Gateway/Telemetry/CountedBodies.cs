using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Telemetry;

/// <summary>The body that a client sends, counted; says whether reading it has begun, as what was read cannot be sent again.</summary>
/// <param name="inner">The server's own reader. Its stream cannot be read on after a read was given up; the reader can.</param>
/// <param name="lifetime">Ends the request where its connection is found broken; null where there is none.</param>
/// <param name="awaited">Hears of the body when it is waited for.</param>
/// <param name="unannounced">Whether only reading tells that there is a body at all.</param>
internal sealed class RequestBody(
    PipeReader inner, IHttpRequestLifetimeFeature? lifetime = null, IAwaitedBodies? awaited = null, bool unannounced = false) : AsyncStream
{
    private long _bytes;
    private Fairness _fairness;
    private bool _unsent;
    private bool _waiting;
    private bool _wasAwaited;
    private volatile bool _tooSlow;
    private volatile bool _dropped;
    private BodyWait _wait;

    public long Bytes => Volatile.Read(ref _bytes);

    public bool ReadingBegan { get; private set; }

    /// <summary>The reads that waited for the client and were given up.</summary>
    public int Cuts { get; private set; }

    /// <summary>Whether the response has begun: the body is one side of a conversation then, and may be as quiet as that is. Read by other threads.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Belongs to the list of bodies that are waited for.</summary>
    internal ref BodyWait Wait => ref _wait;

    /// <summary>Whether somebody waits for the client to send more. Read by other threads.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting);

    /// <summary>Where the body goes; flushed before a read that has to wait. Null: nobody holds back what was read.</summary>
    public Stream? Destination { get; set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ReadingBegan = true;
        var waited = false;
        ReadResult result;
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var reading = inner.ReadAsync(CancellationToken.None);
                var waits = !reading.IsCompleted;
                if (waits)
                    await PrepareToWaitAsync(cancellationToken);
                waited |= waits;
                result = waits ? await WaitAsync(reading, cancellationToken) : await reading;
                if (!result.IsCanceled && (result.IsCompleted || !result.Buffer.IsEmpty))
                    break;
                // A wait that is given up a moment too late cancels the read after it; and a read may come to nothing.
                inner.AdvanceTo(result.Buffer.Start);
                if (_dropped)
                    throw new OperationCanceledException("The response has ended.");
                if (_tooSlow)
                    throw TooSlow();
                if (waits && cancellationToken.IsCancellationRequested)
                    Cuts++;
            }
        }
        catch (IOException error) when (error.InnerException is OverflowException)
        {
            // A chunk's size that the server cannot count, which is no error of the connection.
            throw new BadHttpRequestException("The request's body is malformed.", StatusCodes.Status400BadRequest, error);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            // The server hears of it a little later, and would try to read the rest until then, with an error in its log.
            lifetime?.Abort();
            throw;
        }
        var read = Take(result.Buffer, buffer.Span);
        _bytes += read;
        _unsent = true;
        if (waited)
            _fairness.Waited();
        else if (_fairness.IsDue(read))
            await Task.Yield();
        return read;
    }

    /// <summary>Gives up the read that waits, or else the next one: the client is too slow. Not to be called once the request has ended.</summary>
    public void EndAsTooSlow()
    {
        _tooSlow = true;
        GiveUp(inner);
    }

    /// <summary>Gives up the read that waits, or else the next one: the response has ended, and what the client still sends is for nothing.</summary>
    public void Drop()
    {
        _dropped = true;
        GiveUp(inner);
    }

    private BadHttpRequestException TooSlow()
    {
        Cuts++;
        return new("The request's body comes too slowly.", StatusCodes.Status408RequestTimeout);
    }

    /// <summary>Whether it is known by now that the client sends none, though its head did not say so. Waits for nothing.</summary>
    public bool IsNone()
    {
        if (!unannounced || ReadingBegan)
            return false;
        try
        {
            if (!inner.TryRead(out var result))
                return false;
            inner.AdvanceTo(result.Buffer.Start);
            return result is { IsCompleted: true, Buffer.IsEmpty: true };
        }
        catch (IOException)
        {
            // Whatever reads it next meets the same.
            return false;
        }
    }

    /// <summary>Says that something went to the destination that was not read just now.</summary>
    public void Resent() => _unsent = true;

    public override bool CanRead => true;

    public override bool CanWrite => false;

    private int Take(in ReadOnlySequence<byte> read, Span<byte> buffer)
    {
        var length = (int)Math.Min(read.Length, buffer.Length);
        var taken = read.Slice(0, length);
        taken.CopyTo(buffer);
        // What was taken is gone with this.
        inner.AdvanceTo(taken.End);
        return length;
    }

    // Given a token, the reader would be left in the middle of the read that was given up.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> reading, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _waiting, true);
        try
        {
            using (cancellationToken.UnsafeRegister(static reader => GiveUp((PipeReader)reader!), inner))
                return await reading;
        }
        finally
        {
            Volatile.Write(ref _waiting, false);
        }
    }

    private static void GiveUp(PipeReader reader)
    {
        try
        {
            reader.CancelPendingRead();
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client left, which ends the read as well.
        }
    }

    // The first wait lists the body with those whose client may be too slow.
    private ValueTask PrepareToWaitAsync(CancellationToken cancellationToken)
    {
        if (!_wasAwaited)
        {
            _wasAwaited = true;
            awaited?.Add(this);
        }
        return _unsent && Destination is { } destination ? FlushAsync(destination, cancellationToken) : default;
    }

    private async ValueTask FlushAsync(Stream destination, CancellationToken cancellationToken)
    {
        _unsent = false;
        // An error of the destination is no error of the client's: whatever is written there next meets it.
        await destination.FlushAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}

/// <summary>The body that a client gets, counted. Everything else is the server's own feature.</summary>
internal sealed class ResponseBody(IHttpResponseBodyFeature inner) : AsyncStream, IHttpResponseBodyFeature
{
    private long _bytes;
    private bool _waiting;

    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Whether somebody waits for the client to take what it has. Read by other threads.</summary>
    public bool IsWaiting => Volatile.Read(ref _waiting);

    public Stream Stream => this;

    public PipeWriter Writer => field ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _bytes += buffer.Length;
        var write = inner.Stream.WriteAsync(buffer, cancellationToken);
        return write.IsCompleted ? write : WaitAsync(write);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(ValueTask write)
    {
        Volatile.Write(ref _waiting, true);
        try
        {
            await write;
        }
        finally
        {
            Volatile.Write(ref _waiting, false);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.Stream.FlushAsync(cancellationToken);

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    public override bool CanRead => false;

    public override bool CanWrite => true;
}
