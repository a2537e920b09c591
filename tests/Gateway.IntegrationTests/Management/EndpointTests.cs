using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Management;

/// <summary>The management endpoint serves only management, every other endpoint only traffic.</summary>
public class EndpointTests
{
    [Theory]
    [InlineData("/health/live", 200)]
    [InlineData("/health/ready", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/x", 404)]
    [InlineData("/health", 404)]
    public async Task ManagementEndpoint_AnyPath_ServesManagementOnly(string path, int status)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = Clients.Create(gateway.Management);

        using var response = await client.GetAsync(path, Bounds.Token);

        Assert.Equal((status, 0), ((int)response.StatusCode, backend.Requests));
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/api/status")]
    public async Task TrafficEndpoint_PathsOfManagement_AreTraffic(string path)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve("traffic"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        Assert.Equal("traffic", await gateway.GetTextAsync(path));
    }

    [Fact]
    public async Task TrafficEndpoint_WithoutARoute_HasNoMetrics()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        using var response = await gateway.GetAsync("/metrics");

        Assert.Equal(404, (int)response.StatusCode);
    }

    [Fact]
    public async Task ManagementEndpoint_OfAnEmptyBucket_StillAnswers()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Limit("Gateway:RateLimit:Global", 1));
        (await gateway.GetAsync("/x")).Dispose();
        using var client = Clients.Create(gateway.Management);

        for (var i = 0; i < 5; i++)
        {
            using var response = await client.GetAsync("/health/live", Bounds.Token);
            Assert.Equal(200, (int)response.StatusCode);
        }
        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gateway_requests_total"));
    }
}
