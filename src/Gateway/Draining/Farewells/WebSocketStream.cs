using System.Runtime.CompilerServices;
using Gateway.Telemetry;

namespace Gateway.Draining.Farewells;

/// <summary>
/// A client's WebSocket, read and written by who copies it to and from the backend. When it is time to go,
/// both sides get a Close frame as soon as the bytes to them stand between two frames; after
/// that, nothing of the one goes to the other any more, and the closing handshake ends the connection.
/// </summary>
/// <remarks>One reader and one writer at a time, as with every stream; the word to go may come at any moment.</remarks>
internal sealed class WebSocketStream : AsyncStream
{
    private const int Swallowed = 512;

    private readonly Stream _client;
    private readonly CancellationToken _goingAway;
    private readonly CancellationTokenRegistration _registration;
    private readonly ToldReading _told;
    private readonly Lock _lock = new();
    private FrameFollower _fromClient;
    private FrameFollower _fromBackend;
    private bool _writing;
    private bool _clientTold;
    private bool _backendTold;
    private ReadOnlyMemory<byte> _farewell;

    public WebSocketStream(Stream client, CancellationToken goingAway)
    {
        (_client, _goingAway, _told) = (client, goingAway, new(goingAway));
        _registration = goingAway.UnsafeRegister(static stream => _ = ((WebSocketStream)stream!).TellClientAsync(), this);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    private bool IsClosing => _fromClient.HasClosed || _fromBackend.HasClosed;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_backendTold)
        {
            if (_goingAway.IsCancellationRequested && _fromClient.IsBetweenFrames && !IsClosing)
            {
                (_backendTold, _farewell) = (true, CloseFrame.ToServer());
                break;
            }
            int read;
            try
            {
                read = await _client.ReadAsync(buffer, _goingAway.IsCancellationRequested ? cancellationToken : _told.With(cancellationToken));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _goingAway.IsCancellationRequested)
            {
                continue;
            }
            return FromClient(buffer.Span[..read]);
        }
        return await SayFarewellAsync(buffer, cancellationToken);
    }

    // When it is time to go, the frame that has begun is the last one that passes.
    private int FromClient(ReadOnlySpan<byte> bytes)
    {
        if (!_goingAway.IsCancellationRequested || IsClosing)
        {
            _fromClient.Follow(bytes);
            return bytes.Length;
        }
        var passed = _fromClient.FollowFrame(bytes);
        if (_fromClient.IsBetweenFrames && !_fromClient.HasClosed)
            (_backendTold, _farewell) = (true, CloseFrame.ToServer());
        _fromClient.Follow(bytes[passed..]);
        return _backendTold ? passed : bytes.Length;
    }

    private async ValueTask<int> SayFarewellAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_farewell.IsEmpty)
        {
            var said = Math.Min(_farewell.Length, buffer.Length);
            _farewell[..said].CopyTo(buffer);
            _farewell = _farewell[said..];
            return said;
        }
        await AwaitCloseAsync(cancellationToken);
        return 0;
    }

    /// <summary>Reads what the client still says until it closes; nobody hears it.</summary>
    public async Task AwaitCloseAsync(CancellationToken cancellationToken)
    {
        var swallowed = new byte[Swallowed];
        while (!_fromClient.HasClosed && await _client.ReadAsync(swallowed, cancellationToken) is > 0 and var read)
            _fromClient.Follow(swallowed.AsSpan(0, read));
    }

    /// <summary>Whether the client was told to go and has not answered yet.</summary>
    public bool AwaitsClose
    {
        get
        {
            lock (_lock)
                return _clientTold && !_fromClient.HasClosed;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_clientTold)
            {
                _fromBackend.Follow(buffer.Span);
                return default;
            }
            _writing = true;
        }
        return _goingAway.IsCancellationRequested ? WriteLastAsync(buffer, cancellationToken) : WriteOnAsync(buffer, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteOnAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        await _client.WriteAsync(buffer, cancellationToken);
        _fromBackend.Follow(buffer.Span);
        await EndWriteAsync(cancellationToken);
    }

    // Idle between two frames, it would have been told already: these bytes end a frame, or go on with it.
    private async ValueTask WriteLastAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var passed = _fromBackend.FollowFrame(buffer.Span);
        if (!_fromBackend.IsBetweenFrames || IsClosing)
            passed = buffer.Length;
        await _client.WriteAsync(buffer[..passed], cancellationToken);
        await EndWriteAsync(cancellationToken);
        _fromBackend.Follow(buffer.Span[passed..]);
    }

    private ValueTask EndWriteAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _writing = false;
            if (!_goingAway.IsCancellationRequested || _clientTold || !_fromBackend.IsBetweenFrames || IsClosing)
                return default;
            _clientTold = true;
        }
        return _client.WriteAsync(CloseFrame.ToClient, cancellationToken);
    }

    // A write that is under way tells the client itself when it ends.
    private async Task TellClientAsync()
    {
        lock (_lock)
        {
            if (_writing || _clientTold || !_fromBackend.IsBetweenFrames || IsClosing)
                return;
            _clientTold = true;
        }
        // A client that is gone need not be told.
        await _client.WriteAsync(CloseFrame.ToClient, CancellationToken.None).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _client.FlushAsync(cancellationToken);

    // Whoever copied is done; the client may still have to answer the Close frame.
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _registration.Dispose();
            _told.Dispose();
        }
        base.Dispose(disposing);
    }
}
