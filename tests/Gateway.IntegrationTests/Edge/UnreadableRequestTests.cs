using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Edge;

/// <summary>What the server answers by itself is logged and counted, as no gate sees it.</summary>
public sealed class UnreadableRequestTests
{
    [Fact]
    public async Task Message_ThatTheServerRefuses_IsLoggedAndCounted()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Set("Kestrel:Limits:RequestHeadersTimeout", "00:00:01"));
        (string Request, int Status, string Reason)[] refused =
        [
            ("GET /x HTTP/1.1\r\n\r\n", 400, "Request is missing Host header."),
            ("GET /x?secret HTTP/9.9\r\nHost: x\r\n\r\n", 505, "Unrecognized HTTP version"),
            ("GET /x?secret\u0001\r\n\r\n", 400, "Invalid request line"),
            ($"GET /?secret{new string('x', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n", 414, "Request line too long."),
            ($"GET /x HTTP/1.1\r\nHost: x\r\nX-Large: secret{new string('x', 40_000)}\r\n\r\n", 431, "Request headers too long."),
            ("GET /x HTTP/1.1\r\nHost: x\r\n", 408, "Reading the request headers timed out."),
        ];

        foreach (var (request, status, reason) in refused)
        {
            Assert.Equal(status, (await RawClient.AskAsync(gateway.Traffic, request)).Status);
            await gateway.Logs.WaitForAsync($"A message from 127.0.0.1 could not be read and was answered {status}: {reason}");
        }

        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("secret", StringComparison.Ordinal));
        var page = await gateway.ScrapeAsync();
        Assert.Equal([("400", 2), ("408", 1), ("414", 1), ("431", 1), ("505", 1)],
            page.Find("gateway_unreadable_requests_total").Select(sample => (sample.Labels["code"], (int)sample.Value)).Order());
    }

    [Fact]
    public async Task Flood_OfSuchMessages_IsOneLineAndCountedWhole()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        for (var i = 0; i < 50; i++)
            Assert.Equal(400, (await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\n\r\n")).Status);

        Assert.Equal(50, (await gateway.ScrapeAsync()).Value("gateway_unreadable_requests_total", ("code", "400")));
        Assert.InRange(gateway.Logs.All.Count(line => line.Contains("could not be read", StringComparison.Ordinal)), 1, 2);
    }

    [Fact]
    public async Task Body_ThatIsMalformed_IsARefusalAndNotToldTwice()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using (var client = await RawClient.ConnectAsync(gateway.Traffic))
        {
            await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
            Assert.Equal("http_request_error", (await client.ReadResponseAsync())["Proxy-Status"]?.Split("error=")[1]);
            await client.WaitForCloseAsync();
        }

        var page = await gateway.ScrapeAsync();
        Assert.Equal(1, page.Value("gateway_rejections_total", ("gate", "request"), ("scope", "")));
        Assert.Empty(page.Find("gateway_unreadable_requests_total"));
    }
}
