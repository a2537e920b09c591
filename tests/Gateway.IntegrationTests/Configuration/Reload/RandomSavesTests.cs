using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>Whatever is saved in whatever order, the last valid configuration is in force.</summary>
public sealed class RandomSavesTests
{
    private const int Sequences = 200;
    private const int LongestSequence = 8;

    [Fact]
    public async Task Saves_InAnyOrder_EndWithTheLastValidOneInForce()
    {
        var seed = Random.Shared.Next();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config() => GatewayConfig.To(backend.Address);
        await using var gateway = await SteppedGateway.StartAsync(Config().Says("start"));
        var saves = new RandomSaves(seed, gateway, Config);
        var lengths = new Random(seed);

        for (var sequence = 0; sequence < Sequences; sequence++)
        {
            saves.Done.Clear();
            for (var i = lengths.Next(1, LongestSequence + 1); i > 0; i--)
                await saves.StepAsync();
            await saves.SettleAsync();

            var told = $"seed {seed}, sequence {sequence}: {string.Join("; ", saves.Done)}\n";
            Assert.Equal(told + saves.InForce, told + await gateway.Factory.InForceAsync());
            Assert.Equal((told, (int)gateway.Version, saves.Sound), (told, (await gateway.Factory.ReloadsAsync()).Version, (await gateway.Factory.ReloadsAsync()).Successful));
        }

        Assert.Equal(1, backend.Connections);
    }
}
