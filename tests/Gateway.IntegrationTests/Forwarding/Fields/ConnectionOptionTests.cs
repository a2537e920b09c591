using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>Fields that a message's Connection names are for this hop only (RFC 9110 §7.6.1), however the server reads that field.</summary>
public sealed class ConnectionOptionTests
{
    // Lines of Connection fields, divided by '|'. A line more is a case more.
    public static TheoryData<string> Lines => new()
    {
        "X-Y",
        "x-y",
        "keep-alive, X-Y",
        "X-Y, keep-alive",
        "Keep-Alive ,\tX-Y",
        "close, X-Y",
        "X-Y,close",
        "upgrade, X-Y",
        "close, keep-alive, X-Y",
        ",, X-Y ,",
        "X-Z, X-Y",
        "keep-alive|X-Y",
        "X-Y|keep-alive",
        "close|X-Y",
        "X-Y|close",
        "X-Z|X-Y|keep-alive",
        "keep-alive|close, X-Y",
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task RequestField_ThatConnectionNames_DoesNotGoOn(string lines)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        await RawClient.AskAsync(gateway.Traffic, $"GET /first HTTP/1.1\r\nHost: x\r\n{Connection(lines)}X-Y: 1\r\nX-Own: 1\r\n\r\n");
        await RawClient.AskAsync(gateway.Traffic, $"GET /last HTTP/1.1\r\nHost: x\r\nX-Own: 1\r\nX-Y: 1\r\n{Connection(lines)}\r\n");

        Assert.Equal([(null, "1"), (null, "1")], backend.Received.Select(sent => (sent["X-Y"], sent["X-Own"])));
    }

    [Fact]
    public async Task RequestField_IsJudgedByItsOwnMessage_OnAConnectionThatIsUsedAgain()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        string[] sequence = ["X-Y", "X-Y", "keep-alive", "X-Y|keep-alive", "keep-alive|X-Y", "keep-alive", "", "keep-alive, X-Y", "keep-alive, X-Y", "X-Z"];

        foreach (var lines in sequence)
        {
            await client.SendAsync($"GET /x HTTP/1.1\r\nHost: x\r\n{Connection(lines)}X-Y: 1\r\n\r\n");
            await client.ReadResponseAsync();
        }

        Assert.Equal(sequence.Select(lines => lines.Contains("X-Y", StringComparison.Ordinal) ? null : "1"), backend.Received.Select(sent => sent["X-Y"]));
    }

    [Fact]
    public async Task RequestField_OfAHeadThatComesInPieces_DoesNotGoOn()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        foreach (var piece in (string[])["GET /x HTTP/1.1\r\nHost: x\r\nX-Y: 1\r\n", "Connection: X-Y\r\n", "Connection: keep-alive\r\n", "X-Own: 1\r\n", "\r\n"])
        {
            await client.SendAsync(piece);
            await Task.Yield();
        }
        await client.ReadResponseAsync();

        Assert.Equal((null, "1"), (backend.Received.Single()["X-Y"], backend.Received.Single()["X-Own"]));
    }

    [Theory]
    [InlineData("keep-alive, X-Y", "HTTP/1.1", true)]
    [InlineData("X-Y", "HTTP/1.1", true)]
    [InlineData("close, X-Y", "HTTP/1.1", false)]
    [InlineData("X-Y|close", "HTTP/1.1", false)]
    [InlineData("keep-alive", "HTTP/1.0", true)]
    [InlineData("keep-alive, X-Y", "HTTP/1.0", true)]
    [InlineData("X-Y", "HTTP/1.0", false)]
    public async Task Connection_StaysOpenOrNot_AsItsOptionsSay(string lines, string version, bool open)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync($"GET /x HTTP/1.1\r\nHost: x\r\n{Connection(lines)}\r\n".Replace("HTTP/1.1", version, StringComparison.Ordinal));
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);

        if (open)
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }
        else
        {
            await client.WaitForCloseAsync();
        }
    }

    [Fact]
    public async Task Fields_OfTheGatewayItself_CannotBeRemovedByNamingThem()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync("HTTP/1.1 200 OK\r\nConnection: X-Added, X-Own\r\nX-Own: 1\r\nX-Added: theirs\r\nContent-Length: 2\r\n\r\nok");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:RequestHeader", "X-Added").Set("ReverseProxy:Routes:all:Transforms:0:Set", "1")
            .Set("ReverseProxy:Routes:all:Transforms:1:ResponseHeader", "X-Added").Set("ReverseProxy:Routes:all:Transforms:1:Append", "ours"));

        var answer = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: shop.example\r\nConnection: close, traceparent, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, X-Added, Host\r\nX-Added: theirs\r\n\r\n");

        var sent = backend.Received.Single();
        Assert.Equal(("127.0.0.1", "shop.example", "http", "1"), (sent["X-Forwarded-For"], sent["X-Forwarded-Host"], sent["X-Forwarded-Proto"], sent["X-Added"]));
        Assert.NotNull(sent["traceparent"]);
        Assert.Equal(("ours", null), (answer["X-Added"], answer["X-Own"]));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task ResponseField_ThatConnectionNames_DoesNotGoOn(string lines)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nX-Y: 1\r\nX-Own: 1\r\nContent-Length: 2\r\n{Connection(lines)}\r\nok");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((200, null, "1", "ok"), (answer.Status, answer["X-Y"], answer["X-Own"], answer.Text));
    }

    private static string Connection(string lines) =>
        string.Concat(lines.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(line => $"Connection: {line}\r\n"));
}
