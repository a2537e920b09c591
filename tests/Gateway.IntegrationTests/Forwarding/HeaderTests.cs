using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What of the header fields goes through and what does not (RFC 9110 §7.6.1).</summary>
public class HeaderTests
{
    [Fact]
    public async Task RequestHeaders_EndToEnd_GoThroughAndHopByHopOnesDoNot()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        await RawClient.AskAsync(gateway.Traffic,
            "GET /x HTTP/1.1\r\nHost: shop.example\r\nX-Own: a\r\nX-Own: b\r\nAccept: text/html\r\nCookie: a=1; b=2\r\nKeep-Alive: 5\r\nTE: gzip\r\nProxy-Connection: close\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n");

        var sent = backend.Received[0];
        Assert.Equal("a, b", sent["X-Own"]);
        Assert.Equal("text/html", sent["Accept"]);
        Assert.Equal("a=1; b=2", sent["Cookie"]);
        Assert.Null(sent["Keep-Alive"]);
        Assert.Null(sent["Proxy-Connection"]);
        Assert.Null(sent["X-Hop"]);
    }

    [Fact]
    public async Task ForwardedHeaders_OfAClientNobodyTrusts_AreReplaced()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: evil.example\r\n\r\n");

        var sent = backend.Received[0];
        Assert.Equal("127.0.0.1", sent["X-Forwarded-For"]);
        Assert.Equal("shop.example", sent["X-Forwarded-Host"]);
        Assert.Equal("http", sent["X-Forwarded-Proto"]);
    }

    [Fact]
    public async Task ForwardedHeaders_OfAKnownProxy_NameTheClientAndNotTheProxy()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: inner.example\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.example\r\n\r\n");

        var sent = backend.Received[0];
        Assert.Equal(("203.0.113.9", "https", "shop.example"), (sent["X-Forwarded-For"], sent["X-Forwarded-Proto"], sent["X-Forwarded-Host"]));
        Assert.Equal((null, null, null), (sent["X-Original-For"], sent["X-Original-Proto"], sent["X-Original-Host"]));
    }

    [Fact]
    public async Task ResponseHeaders_OfTheBackend_GoThrough()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 201 Made\r\nLocation: /x/1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nKeep-Alive: timeout=5\r\nContent-Length: 0\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var response = await RawClient.AskAsync(gateway.Traffic, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(201, response.Status);
        Assert.Equal("/x/1", response["Location"]);
        Assert.Equal(2, response.Headers.Count(header => header.Name.Equals("Set-Cookie", StringComparison.OrdinalIgnoreCase)));
        Assert.Null(response["Keep-Alive"]);
        Assert.Null(response["Server"]);
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task ResponseWithoutABody_ByItsStatus_EndsAtItsHeaders(int status)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync($"HTTP/1.1 {status} Bare\r\nETag: \"1\"\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(status, (await client.ReadResponseAsync()).Status);
        }
    }

    [Fact]
    public async Task Head_OfABackendWithALength_PassesTheLengthAndNoBody()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal("42", (await client.ReadResponseAsync(toHead: true))["Content-Length"]);
        }
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task ExpectContinue_OfTheClient_IsAnsweredAndTheBodyForwarded()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            if (head?["Expect"] is not null)
                await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            var request = await connection.ReadBodyAsync(head!);
            await connection.AnswerAsync(request.Text);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.Equal(100, (await client.ReadHeadAsync()).Status);
        await client.SendAsync("body");

        Assert.Equal("body", (await client.ReadResponseAsync()).Text);
    }
}
