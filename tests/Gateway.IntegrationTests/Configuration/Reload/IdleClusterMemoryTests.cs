using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>A cluster that gets no request holds on to nothing of the configuration under which it got its last one.</summary>
[Collection(nameof(ReloadMemoryTests))]
public sealed class IdleClusterMemoryTests
{
    private const int Clusters = 5;

    [Fact]
    public async Task Snapshot_UnderWhichAClusterGotItsLastRequest_IsCollected()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, 0));
        var retired = new List<WeakReference>();

        for (var i = 0; i < Clusters; i++)
        {
            (await gateway.Factory.GetAsync($"/{i}")).Dispose();
            retired.Add(ReloadMemoryTests.InForce(gateway));
            await gateway.SaveAsync(Config(backend, i + 1));
        }

        await ReloadMemoryTests.AssertCollectedAsync(retired);
    }

    private static GatewayConfig Config(ScriptedBackend backend, int number)
    {
        var config = new GatewayConfig().Limit("Gateway:RateLimit:Global", 1_000 + number);
        for (var i = 0; i < Clusters; i++)
            config.Route($"r{i}", $"/{i}", $"c{i}").Destinations($"c{i}", backend.Address);
        return config;
    }
}
