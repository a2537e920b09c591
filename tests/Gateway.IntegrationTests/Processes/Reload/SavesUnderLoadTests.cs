using System.Net;
using Backend;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using GatewayConfig = Gateway.IntegrationTests.Processes.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Processes.Reload;

/// <summary>Files that are saved while a gateway that really runs starts, serves and drains.</summary>
public sealed class SavesUnderLoadTests
{
    private const int Saves = 6;

    [Fact]
    public async Task Saves_UnderLoad_FailNoRequestAndOpenNoConnection()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayProcess.StartAsync(Config(backend.Address.Port, 0));
        var clients = SteadyClients.Start(gateway.Traffic, 4, static _ => "/x");
        await clients.AdvanceAsync();
        await Wait.UntilAsync(() => backend.Connections == Connections, "every connection is open");

        for (var save = 1; save <= Saves; save++)
        {
            if (save % 2 == 0)
                await File.WriteAllTextAsync(gateway.ConfigFile, Config(backend.Address.Port, save), TestContext.Current.CancellationToken);
            else
                File.Move(gateway.Folder.Write("new.json", Config(backend.Address.Port, save)), gateway.ConfigFile, overwrite: true);
            await Wait.UntilAsync(async () => await VersionAsync(gateway) == save + 1, $"version {save + 1}");
            await clients.AdvanceAsync();
        }
        await clients.EndAsync();

        Assert.Equal(Connections, backend.Connections);
    }

    [Fact]
    public async Task HalfAFile_LeftForLong_ChangesNothingUntilTheRestComes()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var text = GatewayConfig.For(setup.Backend.Port, """  "Drain": { "Timeout": "00:00:07" } """);

        await File.WriteAllTextAsync(setup.Gateway.ConfigFile, text[..(text.Length / 2)], TestContext.Current.CancellationToken);
        await setup.Gateway.Output.WaitForMessageAsync("Configuration rejected, 1 stays in force: ");
        Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/"));
        await File.AppendAllTextAsync(setup.Gateway.ConfigFile, text[(text.Length / 2)..], TestContext.Current.CancellationToken);

        await setup.Gateway.Output.WaitForMessageAsync("Configuration 2 applied: ~settings");
    }

    [Fact]
    public async Task Save_BeforeTheGatewayIsReady_TakesAwayWhatItWaitsFor()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var backend = await BackendServer.StartAsync(new() { Name = "backend" }, TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(silent.Address.Port).Replace("\"Interval\"", "\"Timeout\": \"01:00:00\", \"Interval\"", StringComparison.Ordinal));
        var process = ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", file));
        await process.Output.WaitForMessageAsync("Now listening on: ");

        folder.Write("gateway.json", GatewayConfig.For(backend.Port));
        await process.Output.WaitForMessageAsync("Configuration 2 applied: ");

        await using var gateway = await GatewayProcess.ReadyAsync(new TemporaryFolder(), process);
        Assert.Equal(HttpStatusCode.OK, await gateway.StatusAsync(gateway.Traffic, "/"));
    }

    [Fact]
    public async Task Save_DuringTheDelayOfADrain_IsAppliedAndTheDrainEndsWell()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "01:00:00" } """);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Shutdown initiated");

        await File.WriteAllTextAsync(setup.Gateway.ConfigFile,
            GatewayConfig.For(setup.Backend.Port, """  "Drain": { "Delay": "01:00:00" } """, routes: """ "b": { "ClusterId": "api", "Match": { "Path": "/b" } }, """),
            TestContext.Current.CancellationToken);
        await setup.Gateway.Output.WaitForMessageAsync("Configuration 2 applied: +1 route");

        Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/b"));
        Assert.Equal(0, await setup.Gateway.StopAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\"Http2\": { \"Url\": \"http://127.0.0.1:0\", \"Protocols\": \"Http2\" },")]
    public async Task Save_WhileRequestsDrain_HoldsUpNothing(string endpoint)
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        setup.Backend.SetHang(true);
        var answer = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        var text = endpoint == "{" ? "{" : GatewayConfig.For(setup.Backend.Port, routes: """ "b": { "ClusterId": "api", "Match": { "Path": "/b" } }, """)
            .Replace("\"Endpoints\": {", $"\"Endpoints\": {{ {endpoint}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(setup.Gateway.ConfigFile, text, TestContext.Current.CancellationToken);
        await setup.Gateway.Output.WaitForMessageAsync("Configuration ");
        setup.Backend.SetHang(false);

        Assert.Equal(HttpStatusCode.OK, await answer);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
        Assert.Equal("Gateway stopped", setup.Gateway.Output.Messages.Last());
    }

    private const int Connections = 2;

    private static string Config(int port, int save) => $$"""
        {
          "Kestrel": { "Endpoints": { "Http": { "Url": "http://127.0.0.1:0" }, "Management": { "Url": "http://127.0.0.1:0" } } },
          "Gateway": {
            "AccessLog": { "Enabled": false },
            "RateLimit": { "Global": { "TokenLimit": {{1_000_000 + save}}, "TokensPerPeriod": 1000000 } },
            "ClusterDefaults": { "HealthCheck": { "Tcp": { "Enabled": false } }, "Pool": { "PermitsPerDestination": {{20 + save}} } } },
          "ReverseProxy": {
            "Routes": {
              "x": { "ClusterId": "api", "Match": { "Path": "/x" } },
              "other-{{save}}": { "ClusterId": "other-{{save}}", "Match": { "Path": "/other" } } },
            "Clusters": {
              "api": { "HttpClient": { "MaxConnectionsPerServer": {{Connections}} }, "Destinations": { "one": { "Address": "http://127.0.0.1:{{port}}/" } } },
              "other-{{save}}": { "Destinations": { "one": { "Address": "http://127.0.0.1:{{port}}/" } } } } }
        }
        """;

    private static async Task<int> VersionAsync(GatewayProcess gateway) =>
        (int)MetricsPage.Parse(await gateway.GetTextAsync(gateway.Management, "/metrics")).Value("gateway_config_version");
}
