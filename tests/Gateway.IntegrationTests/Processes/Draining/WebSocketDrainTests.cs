using System.Net.WebSockets;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>A WebSocket is an exchange in flight, however little is said over it.</summary>
public sealed class WebSocketDrainTests
{
    [Fact]
    public async Task IdleWebSocket_AtTheTimeout_IsCutAndCounted()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:00:00.500" } """);
        using var socket = await ConnectAsync(setup);

        var exitCode = await setup.Gateway.StopAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("Draining 1 in-flight requests", setup.Gateway.Output.Messages);
        Assert.Contains("Drain timeout: 1 requests aborted", setup.Gateway.Output.Messages);
        Assert.Contains(setup.Gateway.Output.Messages, message => message.Contains("GET /ws ", StringComparison.Ordinal));
        await Assert.ThrowsAsync<WebSocketException>(() => socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken).Soon());
    }

    [Fact]
    public async Task WebSocket_ThatClosesWithinTheDrain_IsNotCut()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:10:00" } """);
        using var socket = await ConnectAsync(setup);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        await socket.SendAsync("still here"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken).Soon();
        var echo = await socket.ReceiveAsync(new byte[16], TestContext.Current.CancellationToken).Soon();
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken).Soon();

        Assert.Equal(10, echo.Count);
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Contains("All requests drained", setup.Gateway.Output.Messages);
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayWithBackend setup)
    {
        var socket = new ClientWebSocket();
        var address = new UriBuilder(setup.Gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri;
        await socket.ConnectAsync(address, TestContext.Current.CancellationToken).Soon();
        return socket;
    }
}
