using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Health;

/// <summary>The bare TCP connect by which destinations are watched.</summary>
public class TcpProbeTests
{
    [Fact]
    public async Task Destination_GoingDownAndUp_IsToldOnceEachAndFollowed()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")).WithoutBreaker().Probing());
        await Eventually.TrueAsync(async () => await ReadyAsync(gateway) == 200, "ready");

        await backend.SetRefuseAsync(on: true, Bounds.Token);
        await gateway.Logs.WaitForAsync("Destination d1 of cluster api is DOWN: connection refused");
        using var refused = await gateway.GetAsync("/x");
        Assert.Contains("No healthy backends", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, (await gateway.ScrapeAsync()).Value("gateway_destination_healthy", ("cluster", "api"), ("destination", "d1")));
        await backend.SetRefuseAsync(on: false, Bounds.Token);
        await gateway.Logs.WaitForAsync("Destination d1 of cluster api is UP");

        Assert.Equal($"{backend.Name}\n", await gateway.GetTextAsync("/x"));
        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gateway_destination_healthy", ("cluster", "api"), ("destination", "d1")));
        Assert.Single(gateway.Logs.All, line => line.Contains("is DOWN", StringComparison.Ordinal));
        Assert.Single(gateway.Logs.All, line => line.Contains("is UP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Readiness_UntilTheFirstProbeIsDone_IsNotGivenAndSaysWhy()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(silent.Address).Probing(timeout: "00:00:01"));

        using var client = Clients.Create(gateway.Management);
        using var early = await client.GetAsync("/health/ready", Bounds.Token);
        Assert.Equal(503, (int)early.StatusCode);
        Assert.Contains("first probe", await early.TextAsync(), StringComparison.Ordinal);

        await Eventually.TrueAsync(async () => await ReadyAsync(gateway) == 200, "ready after the first probe, whatever it found");
        await gateway.Logs.WaitForAsync("d1 of cluster api is DOWN: timed out");
    }

    [Fact]
    public async Task HangingDestination_DelaysNoOther()
    {
        using var silent = await SilentPort.OpenAsync();
        using var refusing = new RefusingPort();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(silent.Address, refusing.Address).Probing(timeout: "00:00:30"));

        await gateway.Logs.WaitForAsync("d2 of cluster api is DOWN");

        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("d1 of cluster", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_OfAServingDestination_SendsNoRequest()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Probing("00:00:00.020"));

        await Eventually.TrueAsync(() => backend.Connections >= 3, "three probes");

        Assert.Equal(0, backend.Requests);
    }

    [Fact]
    public async Task Probe_OfADestinationWithTls_IsABareConnectToo()
    {
        var bytes = 0;
        await using var backend = ScriptedBackend.Start(async connection => Interlocked.Add(ref bytes, (await connection.ReadSomeAsync()).Length));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new UriBuilder(backend.Address) { Scheme = "https" }.Uri).Probing("00:00:00.020"));

        await Eventually.TrueAsync(() => backend.Connections >= 3, "three probes");

        Assert.Equal(0, bytes);
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("is DOWN", StringComparison.Ordinal));
    }

    private static async Task<int> ReadyAsync(GatewayFactory gateway)
    {
        using var client = Clients.Create(gateway.Management);
        using var response = await client.GetAsync("/health/ready", Bounds.Token);
        return (int)response.StatusCode;
    }
}
