using System.Net;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>A WebSocket is told to go, and is waited for no longer than any other exchange.</summary>
public sealed class WebSocketDrainTests
{
    private const string LongTimeout = """  "Drain": { "Timeout": "00:10:00" } """;

    [Fact]
    public async Task WebSocket_ThatDoesNotAnswer_IsCutAtTheTimeoutAndCounted()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:00:00.500" } """);
        using var socket = await ConnectAsync(setup);

        var exitCode = await setup.Gateway.StopAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("Draining 1 in-flight requests", setup.Gateway.Output.Messages);
        Assert.Contains("Drain timeout: 1 requests aborted", setup.Gateway.Output.Messages);
        Assert.Contains(setup.Gateway.Output.Messages, message => message.Contains("GET /ws ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Http1")]
    [InlineData("Http2")]
    public async Task WebSocket_AtTheDrain_IsToldToGoAndDrains(string protocol)
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout, protocol);
        using var socket = await ConnectAsync(setup, protocol);
        await EchoAsync(socket);

        setup.Gateway.Signal();
        var told = await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken).Soon();
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.EndpointUnavailable), (told.MessageType, socket.CloseStatus));
        await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, TestContext.Current.CancellationToken).Soon();

        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
        Assert.Equal(0, setup.Backend.InFlight);
    }

    [Fact]
    public async Task WebSocket_InTheMiddleOfAFrame_EndsItAndTheConnection()
    {
        await using var setup = await GatewayWithBackend.StartAsync(LongTimeout);
        using var connection = await UpgradeAsync(setup);
        // A text of four letters, masked with zeros, and two of them held back.
        await connection.SendBytesAsync([0x81, 0x84, 0, 0, 0, 0, .. "ab"u8]);
        setup.Gateway.Signal();
        // The direction to the client stands between two frames.
        Assert.Equal([0x88, 0x02, 0x03, 0xE9], await connection.ReadBytesAsync(4));

        // The backend gets the rest, then its own Close frame, and ends; the client's answer ends all.
        await connection.SendBytesAsync([.. "cd"u8]);
        await Wait.UntilAsync(() => setup.Backend.InFlight == 0, "the backend has closed");
        await connection.SendBytesAsync([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE9]);

        await connection.EndsAsync();
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
    }

    [Fact]
    public async Task WebSocket_WithinTheDelay_GoesOn()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "01:00:00" } """);
        using var socket = await ConnectAsync(setup);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Shutdown initiated");

        await EchoAsync(socket);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", TestContext.Current.CancellationToken).Soon();

        Assert.Equal("done", socket.CloseStatusDescription);
    }

    private static async Task EchoAsync(ClientWebSocket socket)
    {
        await socket.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken).Soon();
        Assert.Equal(10, (await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken).Soon()).Count);
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayWithBackend setup, string protocol = "Http1")
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = protocol == "Http2" ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var address = new UriBuilder(setup.Gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri;
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false }, disposeHandler: false);
        await socket.ConnectAsync(address, client, TestContext.Current.CancellationToken).Soon();
        return socket;
    }

    private static async Task<RawConnection> UpgradeAsync(GatewayWithBackend setup)
    {
        var connection = await RawConnection.OpenAsync(setup.Gateway.Traffic);
        await connection.SendAsync("GET /ws HTTP/1.1\r\nHost: gateway\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        Assert.Equal("HTTP/1.1 101 Switching Protocols", (await connection.ReadResponseAsync()).StatusLine);
        return connection;
    }
}
