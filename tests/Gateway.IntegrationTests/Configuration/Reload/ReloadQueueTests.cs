using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>A request that waits for a permit keeps its place through reloads and hears of what they change.</summary>
public sealed class ReloadQueueTests
{
    [Fact]
    public async Task Permits_Raised_LetTheFirstInLineGo()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5));
        List<Task<HttpResponseMessage>> asked = [];
        for (var i = 1; i <= 4; i++)
        {
            asked.Add(gateway.Factory.GetAsync($"/{i}"));
            await (i == 1 ? release.WaitForArrivalsAsync(1) : Eventually.EqualAsync(i - 1, () => gateway.Factory.Waiting()));
        }

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Permits(3, queue: 5));
        await release.WaitForArrivalsAsync(3);

        Assert.Equal(["/1", "/2", "/3"], backend.Received.Select(request => request.Target).Order());
        Assert.Equal(1, gateway.Factory.Waiting());
        release.Open();
        Assert.All(await Task.WhenAll(asked), response => Assert.Equal(200, (int)response.StatusCode));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
    }

    [Theory]
    [InlineData("Pool:QueueLimit", "0")]
    [InlineData("Pool:QueueTimeout", "00:00:00.010")]
    [InlineData("LoadBalancingPolicy", "Random")]
    [InlineData("HttpClient:MaxConnectionsPerServer", "7")]
    [InlineData("HttpRequest:ActivityTimeout", "00:01:00")]
    public async Task Settings_Changed_LeaveWhoWaitsInLine(string key, string value)
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5));
        var (first, second) = await HoldAndWaitAsync(gateway, release);

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5).Set($"{GatewayConfig.Cluster}:{key}", value));
        Assert.Equal((2, 1), ((int)gateway.Version, gateway.Factory.Waiting()));
        release.Open();

        Assert.Equal((200, 200), ((int)(await first).StatusCode, (int)(await second).StatusCode));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
    }

    [Fact]
    public async Task Pool_TurnedOff_LetsEveryoneGo()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5));
        var (first, second) = await HoldAndWaitAsync(gateway, release);

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Set($"{GatewayConfig.Cluster}:Pool:Enabled", false));
        await release.WaitForArrivalsAsync(2);
        release.Open();

        Assert.Equal((200, 200), ((int)(await first).StatusCode, (int)(await second).StatusCode));
    }

    [Fact]
    public async Task Cluster_Removed_ServesWhoWaitsWhenAPermitComesBack()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5));
        var (first, second) = await HoldAndWaitAsync(gateway, release);

        await gateway.SaveAsync(new GatewayConfig());
        release.Open();

        Assert.Equal((200, 200), ((int)(await first).StatusCode, (int)(await second).StatusCode));
        Assert.Equal(1, backend.Connections);
    }

    private static async Task<(Task<HttpResponseMessage> First, Task<HttpResponseMessage> Second)> HoldAndWaitAsync(SteppedGateway gateway, SyncPoint release)
    {
        var first = gateway.Factory.GetAsync("/first");
        await release.WaitForArrivalsAsync(1);
        var second = gateway.Factory.GetAsync("/second");
        await Eventually.EqualAsync(1, () => gateway.Factory.Waiting());
        return (first, second);
    }
}
