using Gateway.IntegrationTests.Support;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>State belongs to its id: a reload that leaves the id leaves the state.</summary>
public sealed class ReloadStateTests
{
    private const string Global = "Gateway:RateLimit:Global";

    [Theory]
    [InlineData(50, 37)]
    [InlineData(100, 37)]
    [InlineData(20, 20)]
    [InlineData(1, 1)]
    public async Task Bucket_WithNewNumbers_KeepsItsLevelCutToTheNewLimit(int limit, int tokens)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        // Far less than a token comes back while the test runs.
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Limit(Global, 50));
        for (var taken = 0; taken < 13; taken++)
            (await gateway.Factory.GetAsync("/x")).Dispose();

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Limit(Global, limit).Route("b", "/b", "api"));

        Assert.InRange((await gateway.Factory.ScrapeAsync()).Value("gateway_rate_limit_tokens", ("scope", "global")), tokens, tokens + 0.5);
    }

    [Fact]
    public async Task Bucket_CutAndRaisedAgain_GivesNothingAway()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Limit(Global, 50));

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Limit(Global, 2));
        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Limit(Global, 50));

        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await gateway.Factory.GetAsync("/x");
            statuses.Add((int)response.StatusCode);
        }
        Assert.Equal([200, 200, 429, 429], statuses);
    }

    [Fact]
    public async Task Permits_HeldThroughAReload_CountAgainstTheNewNumber()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Permits(3));
        Task<HttpResponseMessage>[] held = [gateway.Factory.GetAsync("/1"), gateway.Factory.GetAsync("/2"), gateway.Factory.GetAsync("/3")];
        await release.WaitForArrivalsAsync(3);

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Permits(2));
        var page = await gateway.Factory.ScrapeAsync();
        Assert.Equal((2, 3), (page.Value("gateway_pool_permits"), page.Value("gateway_pool_permits_in_use")));
        Assert.Equal(3, page.Value("gateway_requests_in_flight"));
        Assert.Equal(503, await StatusAsync(gateway));

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Permits(4));
        var fourth = gateway.Factory.GetAsync("/4");
        await release.WaitForArrivalsAsync(4);
        Assert.Equal(503, await StatusAsync(gateway));

        release.Open();
        Assert.All(await Task.WhenAll([.. held, fourth]), response => Assert.Equal(200, (int)response.StatusCode));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
        await Eventually.TrueAsync(async () => (await gateway.Factory.ScrapeAsync()).Value("gateway_requests_in_flight") == 0, "nothing is in flight");
    }

    [Fact]
    public async Task Permits_OfAPoolTurnedOffAndOn_AreCountedThroughout()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        GatewayConfig Config() => GatewayConfig.To(backend.Address).Permits(1);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        var first = gateway.Factory.GetAsync("/1");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(Config().Set($"{GatewayConfig.Cluster}:Pool:Enabled", false));
        var second = gateway.Factory.GetAsync("/2");
        await release.WaitForArrivalsAsync(2);
        await gateway.SaveAsync(Config());

        Assert.Equal(2, gateway.Factory.PermitsInUse());
        Assert.Equal(503, await StatusAsync(gateway));
        release.Open();
        Assert.Equal((200, 200), ((int)(await first).StatusCode, (int)(await second).StatusCode));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
    }

    [Fact]
    public async Task Circuit_OpenThroughReloadsOfItsNeighbourhood_StaysOpen()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var other = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config() => GatewayConfig.To(failing.Address).WithoutRetries().Breaker(2);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        for (var i = 0; i < 2; i++)
            (await gateway.Factory.GetAsync("/x")).Dispose();

        await gateway.SaveAsync(Config().Breaker(1_000));
        await gateway.SaveAsync(Config().Set("ReverseProxy:Clusters:api:Destinations:d2:Address", other.Address.ToString()));
        await gateway.SaveAsync(Config().Set("ReverseProxy:Clusters:api:Destinations:d1:Weight", 5));
        await gateway.SaveAsync("{");

        Assert.Equal(CircuitState.Open, gateway.Factory.Circuit().State);
        Assert.Equal(2, (await gateway.Factory.ScrapeAsync()).Value("gateway_circuit_state"));
        Assert.Equal(503, await StatusAsync(gateway));
        Assert.Equal(2, failing.Requests);
    }

    [Fact]
    public async Task Failures_CountedBeforeAReload_CountAfterIt()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        GatewayConfig Config() => GatewayConfig.To(failing.Address).WithoutRetries().Breaker(3);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        for (var i = 0; i < 2; i++)
            (await gateway.Factory.GetAsync("/x")).Dispose();

        await gateway.SaveAsync(Config().Route("b", "/b", "api"));
        Assert.Equal(502, await StatusAsync(gateway));

        Assert.Equal(CircuitState.Open, gateway.Factory.Circuit().State);
    }

    [Fact]
    public async Task Health_FoundBeforeAReload_HoldsAfterItWithoutANewProbe()
    {
        using var refusing = new RefusingPort();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config() => GatewayConfig.To(refusing.Address, backend.Address).Probing(interval: "01:00:00").WithoutRetries();
        await using var gateway = await SteppedGateway.StartAsync(Config());
        await gateway.Factory.Logs.WaitForAsync("Destination d1 of cluster api is DOWN");
        await Eventually.EqualAsync(1, () => backend.Connections);

        await gateway.SaveAsync(Config().Route("b", "/b", "api").Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", "FirstAlphabetical"));

        Assert.Equal(200, await StatusAsync(gateway));
        Assert.Equal(0, (await gateway.Factory.ScrapeAsync()).Value("gateway_destination_healthy", ("destination", "d1")));
        // The probe's connection and the request's.
        Assert.Equal(2, backend.Connections);
    }

    [Fact]
    public async Task Id_GoneForOneConfiguration_BeginsAnew()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        GatewayConfig Config() => GatewayConfig.To(failing.Address).WithoutRetries().Breaker(1);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        Assert.Equal(502, await StatusAsync(gateway));
        Assert.Equal(CircuitState.Open, gateway.Factory.Circuit().State);

        await gateway.SaveAsync(new GatewayConfig());
        Assert.Equal(404, await StatusAsync(gateway));
        await gateway.SaveAsync(Config());

        Assert.Equal(CircuitState.Closed, gateway.Factory.Circuit().State);
        Assert.Equal(502, await StatusAsync(gateway));
    }

    private static async Task<int> StatusAsync(SteppedGateway gateway)
    {
        using var response = await gateway.Factory.GetAsync("/x");
        return (int)response.StatusCode;
    }
}
