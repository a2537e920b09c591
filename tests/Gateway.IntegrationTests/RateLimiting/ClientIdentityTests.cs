using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.RateLimiting;

/// <summary>Whose bucket it is: an address's or a header's value.</summary>
public class ClientIdentityTests
{
    private const string PerClient = "Gateway:RateLimit:PerClient";

    [Fact]
    public async Task Clients_BehindAKnownProxy_AreToldApartByTheirAddress()
    {
        await using var gateway = await StartAsync(config => config.Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.2")));
        Assert.Equal(429, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
    }

    [Fact]
    public async Task Clients_BehindAKnownNetwork_AreToldApartByTheirAddress()
    {
        await using var gateway = await StartAsync(config => config.Set("Gateway:ForwardedHeaders:KnownNetworks:0", "127.0.0.0/8"));

        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.2")));
    }

    [Fact]
    public async Task ForwardedFor_FromNobodyKnown_IsNotBelieved()
    {
        await using var gateway = await StartAsync(config => config);

        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
        Assert.Equal(429, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.2")));
    }

    [Fact]
    public async Task ForwardedFor_WithMoreThanTheLimit_IsBelievedAsFarAsTheLimit()
    {
        await using var gateway = await StartAsync(config => config.Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        // What stands on the left anybody can write.
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "198.51.100.1, 203.0.113.1")));
        Assert.Equal(429, await AskAsync(gateway, ("X-Forwarded-For", "198.51.100.2, 203.0.113.1")));
    }

    [Fact]
    public async Task IPv6Clients_OfOneSubscriber_ShareABucket()
    {
        await using var gateway = await StartAsync(config => config.Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "2001:db8:1:1::1")));
        Assert.Equal(429, await AskAsync(gateway, ("X-Forwarded-For", "2001:db8:1:1:ffff::2")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "2001:db8:1:2::1")));
    }

    [Fact]
    public async Task Clients_KnownByAHeader_HaveABucketEach()
    {
        await using var gateway = await StartAsync(config => config.Set($"{PerClient}:Key", "Header:X-Api-Key"));

        Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", "a")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", "b")));
        Assert.Equal(429, await AskAsync(gateway, ("x-api-key", "a")));
    }

    [Fact]
    public async Task Client_ThatSendsTheHeaderInSeveralLines_IsKnownByTheFirst()
    {
        await using var gateway = await StartAsync(config => config.Set($"{PerClient}:Key", "Header:X-Api-Key"));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", "a")));
        foreach (var second in (string[])["b", "c", ""])
        {
            await client.SendAsync($"GET /x HTTP/1.1\r\nHost: x\r\nX-Api-Key: a\r\nX-Api-Key: {second}\r\n\r\n");
            Assert.Equal(429, (await client.ReadResponseAsync()).Status);
        }
        Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", "b")));
    }

    [Fact]
    public async Task Client_WithoutTheHeader_IsKnownByItsAddress()
    {
        await using var gateway = await StartAsync(config => config
            .Set($"{PerClient}:Key", "Header:X-Api-Key").Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
        Assert.Equal(429, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.2")));
        Assert.Equal(200, await AskAsync(gateway, ("X-Forwarded-For", "203.0.113.1"), ("X-Api-Key", "203.0.113.1")));
    }

    [Fact]
    public async Task Clients_BeyondMaxClients_AreBounded()
    {
        await using var gateway = await StartAsync(config => config.Set($"{PerClient}:Key", "Header:X-Api-Key").Set($"{PerClient}:MaxClients", 5));

        for (var i = 0; i < 40; i++)
            Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", $"{i}")));

        Assert.Equal(5, (await gateway.ScrapeAsync()).Value("gateway_rate_limit_clients"));
        Assert.Equal(429, await AskAsync(gateway, ("X-Api-Key", "39")));
        // The idlest made room: it is unknown again, and its bucket full.
        Assert.Equal(200, await AskAsync(gateway, ("X-Api-Key", "0")));
    }

    // A cluster without destinations answers at once, behind the limits.
    private static Task<GatewayFactory> StartAsync(Func<GatewayConfig, GatewayConfig> change) =>
        GatewayFactory.StartAsync(change(GatewayConfig.To().Limit(PerClient, 1)));

    private static async Task<int> AskAsync(GatewayFactory gateway, params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x", headers);
        return response.StatusCode == System.Net.HttpStatusCode.BadGateway ? 200 : (int)response.StatusCode;
    }
}
