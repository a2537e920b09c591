using System.Net;
using System.Net.Sockets;
using Gateway.Configuration;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>What a reload did, told by who knows it.</summary>
public class ReceiptTests
{
    [Fact]
    public async Task Receipt_OfAnAppliedSave_TellsWhatItMeantForWhatIsAlive()
    {
        var release = new SyncPoint();
        await using var holding = ScriptedBackend.Start(Scripts.Hold(release));
        await using var other = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config(int tokens, params Uri[] destinations) => GatewayConfig.To(destinations).InOrder().Limit("Gateway:RateLimit:Global", tokens);
        await using var gateway = await GatewayFactory.StartAsync(Config(50, holding.Address, other.Address));
        var held = gateway.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        gateway.Save(Config(20, other.Address).Route("more", "/more", GatewayConfig.ClusterId)
            .Set($"{GatewayConfig.Cluster}:HttpClient:MaxConnectionsPerServer", 100).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied: +1 route, ~1 cluster, -1 destination, ~1 destination, ~settings");

        var receipt = Assert.Single(gateway.Services.GetRequiredService<Receipts>().All);
        Assert.Equal((2L, ReloadOutcome.Applied), (receipt.Version, receipt.Outcome));
        Assert.Equal(
            ["connections of cluster 'api' are made anew", "the global bucket kept 20 of 20 tokens"],
            receipt.LiveState.Order());
        release.Open();
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
    }

    [Fact]
    public async Task Receipt_OfARemovedDestination_CountsTheRequestsStillOnIt()
    {
        var release = new SyncPoint();
        await using var holding = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(holding.Address));
        var held = gateway.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        gateway.Save(GatewayConfig.To().ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied: -1 destination");

        Assert.Equal(["destination 'd1' of cluster 'api' removed, 1 request still on it"], gateway.Services.GetRequiredService<Receipts>().All[0].LiveState);
        release.Open();
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
    }

    [Fact]
    public async Task Receipt_OfARejectedSave_HasItsFaultsWithTheirLines()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        gateway.Save("{ \"ReverseProxy\": {\n \"Routes\": {},\n \"Clusers\": {} } }");
        await gateway.Logs.WaitForAsync("Configuration rejected, 1 stays in force: gateway.json:3: ReverseProxy:Clusers: is not a known key; did you mean 'Clusters'?");

        var receipt = Assert.Single(gateway.Services.GetRequiredService<Receipts>().All);
        Assert.Equal((1L, ReloadOutcome.Rejected, 1), (receipt.Version, receipt.Outcome, receipt.Faults.Count));
    }

    [Fact]
    public async Task Save_OfAnEndpointWhosePortIsTaken_IsRejectedAsAWhole()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        gateway.Save(new GatewayConfig().Set("Kestrel:Endpoints:More:Url", $"http://{taken.LocalEndpoint}").Route("r", "/r", "c").Destinations("c").ToString());

        await gateway.Logs.WaitForAsync($"Kestrel:Endpoints:More:Url: 'http://{taken.LocalEndpoint}' cannot be listened on: Address already in use.");
        Assert.Empty(gateway.Services.GetRequiredService<ConfigurationStore>().Current.Routes);
    }
}
