using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Forwarding;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>When it is certain that a backend took nothing of a request, by what the kernel knows of the connection.</summary>
public sealed class TakenRequestTests : IDisposable
{
    private readonly Socket _backend;
    private readonly UpstreamStream _gateway;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1000];

    public TakenRequestTests()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _socket.Connect(listener.LocalEndpoint);
        _backend = listener.AcceptSocket();
        _gateway = Stream(_socket);
    }

    public void Dispose()
    {
        _gateway.Dispose();
        _backend.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public async Task ClosedBeforeTheRequest_IsNotTaken(int served)
    {
        await ServeAsync(served);
        _backend.Close();

        Assert.True((await LoseAsync("POST")).Untaken);
    }

    [Fact]
    public async Task ClosedBeforeTheRequest_SeenWhileIdle_IsNotTakenAndNothingIsWritten()
    {
        await ServeAsync(1);
        _backend.Close();
        Assert.Equal(0, _ = await _gateway.ReadAsync(_buffer, Bounds.Token));

        UpstreamStream.RequestBegins("POST");
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(async () => await _gateway.WriteAsync("POST / HTTP/1.1\r\n\r\n"u8.ToArray(), Bounds.Token));

        Assert.True(lost.Untaken);
        Assert.True(lost.Reused);
    }

    [Fact]
    public async Task ClosedBeforeTheRequest_WrittenInPieces_IsNotTaken()
    {
        await ServeAsync(5);
        _backend.Close();
        UpstreamStream.RequestBegins("POST");
        await _gateway.WriteAsync("POST / HTTP/1.1\r\n\r\n"u8.ToArray(), Bounds.Token);

        // The backend's system has answered the first piece with a reset: the second fails in writing.
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(async () =>
        {
            while (true)
                await _gateway.WriteAsync("a body"u8.ToArray(), Bounds.Token);
        });

        Assert.True(lost.Untaken);
    }

    [Fact]
    public async Task ReadThenClosed_IsTaken()
    {
        await ServeAsync(5);
        var lost = await LoseAsync("POST", () =>
        {
            _backend.Receive(_buffer);
            _backend.Close();
        });

        Assert.False(lost.Untaken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_ReadOrNot_IsTakenForAllThatIsKnown(bool read)
    {
        // No word of what was read comes with a reset.
        await ServeAsync(30);
        var lost = await LoseAsync("POST", () =>
        {
            if (read)
                _backend.Receive(_buffer);
            _backend.Close(timeout: 0);
        });

        Assert.False(lost.Untaken);
    }

    [Fact]
    public async Task ClosedUnread_IsTakenForAllThatIsKnown()
    {
        await ServeAsync(5);

        Assert.False((await LoseAsync("POST", () => _backend.Close())).Untaken);
    }

    [Fact]
    public async Task ResetBeforeTheRequest_NothingLeftTheMachine_IsNotTaken()
    {
        await ServeAsync(5);
        _backend.Close(timeout: 0);

        Assert.True((await LoseAsync("POST")).Untaken);
    }

    [Fact]
    public async Task UnderTls_ClosedBeforeTheRequest_NothingIsKnown()
    {
        using var gateway = new UpstreamStream(new NetworkStream(_socket), socket: null, shared: false);
        _backend.Close();

        Assert.False((await LoseAsync("POST", gateway: gateway)).Untaken);
    }

    [Fact]
    public async Task UnderTls_SeenWhileIdle_IsNotTakenAndNothingIsWritten()
    {
        using var gateway = new UpstreamStream(new NetworkStream(_socket), socket: null, shared: false);
        _backend.Close();
        Assert.Equal(0, await gateway.ReadAsync(_buffer, Bounds.Token));

        UpstreamStream.RequestBegins("POST");
        var lost = await Assert.ThrowsAsync<ConnectionLostException>(async () => await gateway.WriteAsync("POST / HTTP/1.1\r\n\r\n"u8.ToArray(), Bounds.Token));

        Assert.True(lost.Untaken);
    }

    [Fact]
    public async Task SharedConnection_ClosedBeforeTheRequest_SaysNothingOfOneRequest()
    {
        using var gateway = new UpstreamStream(new NetworkStream(_socket), _socket, shared: true);
        _backend.Close();

        Assert.False((await LoseAsync("POST", gateway: gateway)).Untaken);
    }

    [Fact]
    public async Task BodyThatBeginsLikeARequest_IsNoneOfItsOwn()
    {
        UpstreamStream.RequestBegins("POST");
        await _gateway.WriteAsync("POST / HTTP/1.1\r\n\r\n"u8.ToArray(), Bounds.Token);
        // Announced for another connection, and written there by another thread.
        UpstreamStream.RequestBegins("POST");
        await _gateway.WriteAsync("POST it"u8.ToArray(), Bounds.Token);
        await Eventually.TrueAsync(() => _backend.Available > 0, "it is there");
        _backend.Receive(_buffer);
        _backend.Close();

        var lost = await Assert.ThrowsAsync<ConnectionLostException>(async () => _ = await _gateway.ReadAsync(_buffer, Bounds.Token));

        Assert.Equal((false, false), (lost.Reused, lost.Untaken));
    }

    private async Task ServeAsync(int requests)
    {
        for (var i = 0; i < requests; i++)
        {
            UpstreamStream.RequestBegins("GET");
            await _gateway.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), Bounds.Token);
            await _backend.ReceiveAsync(_buffer, Bounds.Token);
            await _backend.SendAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Bounds.Token);
            Assert.NotEqual(0, _ = await _gateway.ReadAsync(_buffer, Bounds.Token));
        }
    }

    private static UpstreamStream Stream(Socket socket) => new(new NetworkStream(socket, ownsSocket: true), socket, shared: false);

    private async Task<ConnectionLostException> LoseAsync(string method, Action? onSent = null, UpstreamStream? gateway = null) => await Assert.ThrowsAsync<ConnectionLostException>(async () =>
    {
        gateway ??= _gateway;
        UpstreamStream.RequestBegins(method);
        await gateway.WriteAsync(Encoding.ASCII.GetBytes($"{method} / HTTP/1.1\r\n\r\n"), Bounds.Token);
        if (onSent is not null)
        {
            await Eventually.TrueAsync(() => _backend.Available > 0, "the request is there");
            onSent();
        }
        while (true)
            _ = await gateway.ReadAsync(_buffer, Bounds.Token);
    });
}
