using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>Reload after reload costs no request and no connection of what did not change.</summary>
public sealed class ReloadsUnderLoadTests
{
    private const int Reloads = 200;
    private const int Clients = 8;

    [Fact]
    public async Task TwoHundredReloads_UnderLoad_FailNoRequestAndOpenNoConnection()
    {
        await using var one = ScriptedBackend.Start(Scripts.Serve());
        await using var two = ScriptedBackend.Start(Scripts.Serve());
        await using var elsewhere = ScriptedBackend.Start(Scripts.Serve());
        // A bounded number of connections to each backend: after the first requests they are all there.
        GatewayConfig Unchanged() => new GatewayConfig()
            .Route("one", "/one", "one").Destinations("one", one.Address).Set("ReverseProxy:Clusters:one:HttpClient:MaxConnectionsPerServer", 3)
            .Route("two", "/two", "two").Destinations("two", two.Address).Set("ReverseProxy:Clusters:two:HttpClient:MaxConnectionsPerServer", 3);
        await using var gateway = await SteppedGateway.StartAsync(Unchanged());
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var changes = new RandomChanges(seed, Unchanged, elsewhere.Address);
        var clients = SteadyClients.Start(gateway.Factory.Traffic, Clients, number => number % 2 == 0 ? "/one" : "/two");
        await Eventually.TrueAsync(() => clients.Answered > 500 && one.Connections == 3 && two.Connections == 3, "every connection is open");

        for (var reload = 1; reload <= Reloads; reload++)
        {
            await gateway.SaveAsync(changes.Next());
            Assert.Equal(reload + 1, gateway.Version);
            await clients.AdvanceAsync();
        }
        await clients.EndAsync();

        Assert.Equal((3, 3), (one.Connections, two.Connections));
        Assert.Equal(0, elsewhere.Connections);
        // A request is counted a moment after its response was sent.
        await Eventually.TrueAsync(async () => (await gateway.Factory.ScrapeAsync()).Find("gateway_requests_total").Sum(sample => sample.Value) >= clients.Answered, "all are counted");
        var page = await gateway.Factory.ScrapeAsync();
        Assert.Equal(Reloads, page.Value("gateway_config_reloads_total", ("outcome", "applied")));
        Assert.Equal(0, page.Value("gateway_config_reloads_total", ("outcome", "rejected")));
        Assert.Equal(clients.Answered, page.Find("gateway_requests_total").Sum(sample => sample.Value));
        Assert.All(page.Find("gateway_requests_total"), sample => Assert.Equal("200", sample.Labels["code"]));
        Assert.Empty(page.Find("gateway_upstream_errors_total"));
        Assert.Empty(page.Find("gateway_retries_total"));
        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Neighbours_AddedAndRemoved_ServeWhileTheyAreThere()
    {
        await using var one = ScriptedBackend.Start(Scripts.Serve());
        await using var added = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Unchanged() => new GatewayConfig().Route("one", "/one", "one").Destinations("one", one.Address);
        await using var gateway = await SteppedGateway.StartAsync(Unchanged());
        using var client = await RawClient.ConnectAsync(gateway.Factory.Traffic);

        for (var i = 0; i < 20; i++)
        {
            await gateway.SaveAsync(Unchanged().Route("new", "/new", "new").Destinations("new", added.Address));
            Assert.Equal((200, 200), (await AskAsync(client, "/new"), await AskAsync(client, "/one")));
            await gateway.SaveAsync(Unchanged());
            Assert.Equal((404, 200), (await AskAsync(client, "/new"), await AskAsync(client, "/one")));
        }

        Assert.Equal(1, one.Connections);
    }

    private static async Task<int> AskAsync(RawClient client, string path)
    {
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        return (await client.ReadResponseAsync()).Status;
    }

    private static Task AssertAllBackAsync(SteppedGateway gateway) => Eventually.TrueAsync(async () =>
        (await gateway.Factory.ScrapeAsync()).Find("gateway_pool_permits_in_use").All(sample => sample.Value == 0), "all permits are back");
}
