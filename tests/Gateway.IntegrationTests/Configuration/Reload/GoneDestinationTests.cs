using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>A request that came before its destinations were replaced is served by those that took their place.</summary>
public sealed class GoneDestinationTests
{
    [Fact]
    public async Task Waiting_WhenItsDestinationIsReplaced_GoesToTheNewOne()
    {
        var release = new SyncPoint();
        await using var blue = ScriptedBackend.Start(Scripts.Hold(release, "blue"));
        await using var green = ScriptedBackend.Start(Scripts.Serve("green"));
        GatewayConfig Config(string destination, Uri address) => GatewayConfig.To().Permits(1, queue: 5)
            .Set($"{GatewayConfig.Cluster}:Destinations:{destination}:Address", address.ToString());
        await using var gateway = await SteppedGateway.StartAsync(Config("blue", blue.Address));
        var first = gateway.Factory.GetTextAsync("/first");
        await release.WaitForArrivalsAsync(1);
        var second = gateway.Factory.GetTextAsync("/second");
        await Eventually.EqualAsync(1, () => gateway.Factory.Waiting());

        await gateway.SaveAsync(Config("green", green.Address));
        release.Open();

        Assert.Equal(("blue", "green"), (await first, await second));
    }

    [Fact]
    public async Task Retry_WhenAllDestinationsAreReplaced_GoesToTheNewOne()
    {
        var release = new SyncPoint();
        await using var closing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await release.PassAsync(connection.Stopping);
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve("new"));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(closing.Address, closing.Address).InOrder());
        var asked = gateway.Factory.GetTextAsync("/x");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(GatewayConfig.To().Set($"{GatewayConfig.Cluster}:Destinations:d3:Address", serving.Address.ToString()));
        release.Open();

        Assert.Equal("new", await asked);
    }
}
