using System.IO.Pipelines;
using Gateway.Draining.Farewells;
using Gateway.Telemetry;

namespace Gateway.Tests.Draining;

/// <summary>What each side of a WebSocket gets when it is time to go.</summary>
public sealed class WebSocketStreamTests : IDisposable
{
    private static readonly byte[] ToClient = FrameFollowerTests.Frame(0x81, 5, masked: false);
    private static readonly byte[] ToBackend = FrameFollowerTests.Frame(0x81, 5, masked: true);
    private static readonly byte[] Close = [0x88, 2, 0x03, 0xE9];
    private static readonly byte[] Answer = FrameFollowerTests.Frame(0x88, 2, masked: true);

    private readonly Pipe _fromClient = new();
    private readonly MemoryStream _toClient = new();
    private readonly CancellationTokenSource _goingAway = new();
    private readonly WebSocketStream _stream;
    private readonly byte[] _buffer = new byte[1024];

    public WebSocketStreamTests() => _stream = new WebSocketStream(new TwoWays(_fromClient.Reader.AsStream(), _toClient), _goingAway.Token);

    public void Dispose()
    {
        _stream.Dispose();
        _goingAway.Dispose();
        _toClient.Dispose();
    }

    [Fact]
    public async Task BothIdle_AreToldAtOnce_AndNothingPassesAfterwards()
    {
        await WriteAsync(ToClient);
        await SendAsync(ToBackend);
        Assert.Equal(ToBackend, await ReadAsync());
        var reading = ReadAsync();

        await _goingAway.CancelAsync();
        await WriteAsync(ToClient);

        Assert.Equal([.. ToClient, .. Close], _toClient.ToArray());
        Assert.True(_stream.AwaitsClose);
        AssertMaskedClose(await reading);
        // What the client still says until its own Close frame is swallowed; then the stream is at its end.
        var end = ReadAsync();
        await SendAsync([.. ToBackend, .. Answer]);
        Assert.Empty(await end);
        Assert.False(_stream.AwaitsClose);
    }

    [Fact]
    public async Task Client_InTheMiddleOfAFrame_IsToldAfterIt()
    {
        await WriteAsync(ToClient.AsMemory(0, 3));
        await _goingAway.CancelAsync();
        Assert.Equal(3, _toClient.Length);

        await WriteAsync((byte[])[.. ToClient[3..], .. ToClient]);

        Assert.Equal([.. ToClient, .. Close], _toClient.ToArray());
    }

    [Fact]
    public async Task Backend_InTheMiddleOfAFrame_IsToldAfterIt()
    {
        await SendAsync(ToBackend[..3]);
        Assert.Equal(ToBackend[..3], await ReadAsync());
        var reading = ReadAsync();
        await _goingAway.CancelAsync();
        Assert.False(reading.IsCompleted);

        await SendAsync([.. ToBackend[3..], .. ToBackend]);

        Assert.Equal(ToBackend[3..], await reading);
        AssertMaskedClose(await ReadAsync());
    }

    [Fact]
    public async Task Backend_ThatHasClosed_ClosesByItself()
    {
        await WriteAsync(Close);

        await _goingAway.CancelAsync();

        Assert.Equal(Close, _toClient.ToArray());
        Assert.False(_stream.AwaitsClose);
        await SendAsync(Answer);
        Assert.Equal(Answer, await ReadAsync());
    }

    [Fact]
    public async Task Client_ThatHasClosed_GetsItsAnswerFromTheBackend()
    {
        await SendAsync(Answer);
        Assert.Equal(Answer, await ReadAsync());

        await _goingAway.CancelAsync();
        await WriteAsync(Close);

        Assert.Equal(Close, _toClient.ToArray());
    }

    [Fact]
    public async Task ReadsWithoutABuffer_TakeNothingAway()
    {
        var waiting = _stream.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken).AsTask();
        await _goingAway.CancelAsync();

        Assert.Equal(0, await waiting);
        AssertMaskedClose(await ReadAsync());
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    private async Task SendAsync(byte[] bytes) => await _fromClient.Writer.WriteAsync(bytes);

    private async Task<byte[]> ReadAsync() => _buffer[..await _stream.ReadAsync(_buffer, TestContext.Current.CancellationToken)];

    private static void AssertMaskedClose(byte[] frame)
    {
        Assert.Equal((8, 0x88, 0x82), (frame.Length, frame[0], frame[1]));
        Assert.Equal(1001, ((frame[6] ^ frame[2]) << 8) | (frame[7] ^ frame[3]));
    }

    private sealed class TwoWays(Stream reads, Stream writes) : AsyncStream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reads.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writes.WriteAsync(buffer, cancellationToken);
    }
}
