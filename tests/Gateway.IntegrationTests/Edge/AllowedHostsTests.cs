using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Edge;

/// <summary>ASP.NET Core's setting for the hosts that are served, on traffic.</summary>
public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("shop.example", 200)]
    [InlineData("SHOP.example:8443", 200)]
    [InlineData("shop.example.", 200)]
    [InlineData("a.b.example", 200)]
    [InlineData("b.example", 400)]
    [InlineData("ab.example", 400)]
    [InlineData("[2001:db8::1]:80", 200)]
    [InlineData("xn--bcher-kva.example", 200)]
    [InlineData("evil.example", 400)]
    [InlineData("shop.example.evil.example", 400)]
    [InlineData("127.0.0.1", 400)]
    public async Task Host_IsServedIfItIsAllowed(string host, int status)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(backend.Address).Set("AllowedHosts", "shop.example; *.b.example:80;[2001:db8::1];bücher.example"));

        var response = await AskAsync(gateway, host);

        Assert.Equal(status, response.Status);
        Assert.Equal(status == 200 ? 1 : 0, backend.Requests);
    }

    [Fact]
    public async Task Host_NotAllowed_IsRefusedLikeAnythingElse()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("AllowedHosts", "shop.example"));

        var response = await AskAsync(gateway, "evil.example");

        Assert.Equal("application/problem+json", response["Content-Type"]);
        Assert.Equal("gateway; error=http_request_error", response["Proxy-Status"]);
        Assert.Contains("\"title\":\"Malformed request\"", response.Text, StringComparison.Ordinal);
        Assert.Contains("\"gate\":\"request\"", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", response.Text, StringComparison.Ordinal);
        using var management = await RawClient.ConnectAsync(gateway.Management);
        await management.SendAsync("GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n");
        Assert.Equal(200, (await management.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Host_OfAProxyThatIsTrusted_IsTheOneThatCounts()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("AllowedHosts", "shop.example")
            .Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        Assert.Equal(200, (await AskAsync(gateway, "inside", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: shop.example\r\n")).Status);
        Assert.Equal(400, (await AskAsync(gateway, "shop.example", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: evil.example\r\n")).Status);
    }

    [Fact]
    public async Task Hosts_FollowASave()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address);
        await using var gateway = await SteppedGateway.StartAsync(config);
        Assert.Equal(200, (await AskAsync(gateway.Factory, "a.example")).Status);

        await gateway.SaveAsync(config.Set("AllowedHosts", "b.example"));
        Assert.Equal(400, (await AskAsync(gateway.Factory, "a.example")).Status);
        Assert.Equal(200, (await AskAsync(gateway.Factory, "b.example")).Status);
        await gateway.SaveAsync(config.Set("AllowedHosts", "b.example;*"));

        Assert.Equal(200, (await AskAsync(gateway.Factory, "a.example")).Status);
    }

    private static Task<RawMessage> AskAsync(GatewayFactory gateway, string host, string headers = "") =>
        RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
}
