using Backend;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>A gateway that is replaced by another one on the same port, under load.</summary>
public sealed class ReplacementTests
{
    private const int Clients = 16;
    private const int Replacements = 3;
    private const int AnswersBetween = 200;

    [Fact]
    public async Task Replacement_ThreeInARowUnderLoad_FailsNoRequest()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var port = new SharedPort();
        await using var backend = await BackendServer.StartAsync(new BackendOptions { Name = "backend" }, TestContext.Current.CancellationToken);
        var config = Config(backend.Port, port);
        var gateway = await GatewayProcess.StartAsync(config);
        try
        {
            var load = ConstantLoad.Start(port.Address, Clients);
            for (var i = 0; i < Replacements; i++)
            {
                await load.AdvanceAsync(AnswersBetween);
                gateway = await ReplaceAsync(gateway, config);
            }
            await load.AdvanceAsync(AnswersBetween);
            await load.StopAsync();

            Assert.Empty(load.Failures);
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    [Fact]
    public async Task Replacement_TakenBack_LeavesThePortToTheOldOne()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        using var port = new SharedPort();
        await using var backend = await BackendServer.StartAsync(new BackendOptions { Name = "backend" }, TestContext.Current.CancellationToken);
        await using var old = await GatewayProcess.StartAsync(Config(backend.Port, port));
        await using var another = await GatewayProcess.StartAsync(Config(backend.Port, port));
        var load = ConstantLoad.Start(port.Address, Clients);
        await load.AdvanceAsync(AnswersBetween);

        Assert.Equal(0, await another.StopAsync());
        await load.AdvanceAsync(AnswersBetween);
        await load.StopAsync();

        Assert.Empty(load.Failures);
        Assert.False(old.Exit.IsCompleted);
    }

    // The old one's exit code says that it cut nothing; both had their part of the load.
    private static async Task<GatewayProcess> ReplaceAsync(GatewayProcess old, string config)
    {
        var next = await GatewayProcess.StartAsync(config);
        Assert.Equal(0, await old.StopAsync());
        Assert.Matches("Requests served: [1-9]", old.Output.Messages.Single(message => message.StartsWith("Requests served", StringComparison.Ordinal)));
        await old.DisposeAsync();
        return next;
    }

    private static string Config(int backend, SharedPort port) =>
        GatewayConfig.For(backend, """ "Listen": { "ReusePort": true } """).Replace("\"Http\": { \"Url\": \"http://127.0.0.1:0\"", $"\"Http\": {{ \"Url\": \"{port.Address}\"", StringComparison.Ordinal);
}
