using Gateway.IntegrationTests.Support;
using Damage = Gateway.IntegrationTests.Configuration.Reload.DamagedFileTests.Damage;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>What is there and cannot be read is not the same as what is not there; and what is no text is no configuration.</summary>
public sealed class UnreadableLayerTests
{
    [Theory]
    [InlineData(Damage.ADirectory)]
    [InlineData(Damage.ALinkToNowhere)]
    [InlineData(Damage.ALinkToItself)]
    [InlineData(Damage.NoPermission)]
    public async Task EnvironmentFile_Unreadable_ChangesNothing(Damage damage)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));
        await File.WriteAllTextAsync(gateway.EnvironmentFile, Versioned.LayerThatSays("layered"), Bounds.Token);
        await gateway.SettleAsync();

        DamagedFileTests.Apply(damage, gateway.EnvironmentFile);
        await gateway.SettleAsync();

        Assert.Equal("layered", await gateway.Factory.InForceAsync());
        Assert.Equal((2, false), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task File_InAnotherEncoding_ChangesNothing()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));

        await File.WriteAllTextAsync(gateway.File, GatewayConfig.To(backend.Address).Says("zwei").ToString().Replace("zwei", "zw\u00F6lf", StringComparison.Ordinal),
            System.Text.Encoding.Latin1, Bounds.Token);
        await gateway.SettleAsync();

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        Assert.Equal((1, false), await gateway.Factory.ReloadsAsync());
    }
}
