using System.Net;
using Gateway.IntegrationTests.Processes.Support;
using Links = Gateway.IntegrationTests.Support.Links;

namespace Gateway.IntegrationTests.Processes.Reload;

/// <summary>Files that are really saved under a gateway that really runs.</summary>
public sealed class SaveTests
{
    public enum Way
    {
        InPlace,
        WriteAndRename,
        EnvironmentFile,
    }

    [Theory]
    [InlineData(Way.InPlace)]
    [InlineData(Way.WriteAndRename)]
    [InlineData(Way.EnvironmentFile)]
    public async Task Save_OfAValidFile_IsApplied(Way way)
    {
        await using var gateway = await GatewayProcess.StartAsync(WithoutRoutes);
        Assert.Equal(HttpStatusCode.NotFound, await gateway.StatusAsync(gateway.Traffic, "/"));

        Save(gateway, way, GatewayConfig.For(1));

        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: +1 route");
        Assert.Equal(HttpStatusCode.BadGateway, await gateway.StatusAsync(gateway.Traffic, "/"));
    }

    [Fact]
    public async Task Save_ByASwappedLinkAsKubernetesDoes_IsApplied()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("..1"));
        Directory.CreateDirectory(folder.File("..2"));
        folder.Write("..1/gateway.json", WithoutRoutes);
        folder.Write("..2/gateway.json", GatewayConfig.For(1));
        File.CreateSymbolicLink(folder.File("..data"), "..1");
        File.CreateSymbolicLink(folder.File("gateway.json"), "..data/gateway.json");
        var process = ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", folder.File("gateway.json")));
        await using var gateway = await GatewayProcess.ReadyAsync(new TemporaryFolder(), process);

        Links.Swap(folder.File("..data"), "..2");

        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: +1 route");
    }

    [Fact]
    public async Task Save_OfAFaultyFile_IsRejectedWithItsFaultsAndServesOn()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var gateway = setup.Gateway;
        using var kept = await RawConnection.OpenAsync(gateway.Traffic);
        await kept.GetAsync("/");
        await kept.ReadResponseAsync();

        File.WriteAllText(gateway.ConfigFile, GatewayConfig.For(1, """  "Drain": { "Timeout": "soon" } """));
        var rejected = await gateway.Output.WaitForMessageAsync("Configuration rejected, 1 stays in force: ");
        File.WriteAllText(gateway.ConfigFile, "");
        await gateway.Output.WaitForAsync(line => line.Message?.Contains("is empty", StringComparison.Ordinal) == true, "the empty file is rejected");

        Assert.Contains("Gateway:Drain:Timeout: 'soon'", rejected.Message, StringComparison.Ordinal);
        await kept.GetAsync("/");
        Assert.Equal("HTTP/1.1 200 OK", (await kept.ReadResponseAsync()).StatusLine);
        Assert.Equal(HttpStatusCode.OK, await gateway.StatusAsync(gateway.Management, "/health/ready"));
        File.WriteAllText(gateway.ConfigFile, GatewayConfig.For(setup.Backend.Port, """  "Drain": { "Timeout": "00:00:07" } """));
        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: ~settings");
    }

    [Fact]
    public async Task Save_OfARouteThatCannotBeMatched_IsRejectedAndServesOn()
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        var gateway = setup.Gateway;

        File.WriteAllText(gateway.ConfigFile, GatewayConfig.For(setup.Backend.Port,
            routes: """ "typo": { "ClusterId": "api", "Match": { "Path": "/typo/{id:integer}" } }, """));
        await gateway.Output.WaitForMessageAsync("Configuration ");

        Assert.StartsWith("Configuration rejected, 1 stays in force: ",
            gateway.Output.Messages.First(message => message.StartsWith("Configuration ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await gateway.StatusAsync(gateway.Traffic, "/"));
    }

    // How many looks it takes at most, and so what time, SaveObserverTests hold.
    [Theory]
    [InlineData(Way.InPlace, 60)]
    [InlineData(Way.WriteAndRename, 60)]
    [InlineData(Way.WriteAndRename, 30)]
    public async Task Saves_ThatFollowEachOtherWithoutAPause_AreAppliedWhileTheyGoOn(Way way, int pause)
    {
        await using var gateway = await GatewayProcess.StartAsync(WithoutRoutes);
        using var over = new CancellationTokenSource();

        Save(gateway, way, GatewayConfig.For(1));
        var saving = SaveOnAsync();
        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: +1 route");
        await gateway.Output.WaitForMessageAsync("Configuration 3 applied: ");
        await over.CancelAsync();
        await saving;

        Assert.DoesNotContain(gateway.Output.Messages, message => message.StartsWith("Configuration rejected", StringComparison.Ordinal));

        async Task SaveOnAsync()
        {
            for (var seconds = 1; !over.IsCancellationRequested; seconds++)
            {
                await Task.Delay(pause, CancellationToken.None);
                Save(gateway, way, GatewayConfig.For(1, $$""" "Drain": { "Timeout": "{{TimeSpan.FromSeconds(seconds)}}" } """));
            }
        }
    }

    private const string WithoutRoutes = """
        { "Kestrel": { "Endpoints": { "Http": { "Url": "http://127.0.0.1:0", "Protocols": "Http1" }, "Management": { "Url": "http://127.0.0.1:0" } } },
          "ReverseProxy": { "Routes": {} } }
        """;

    private static void Save(GatewayProcess gateway, Way way, string config)
    {
        switch (way)
        {
            case Way.InPlace:
                File.WriteAllText(gateway.ConfigFile, config);
                break;
            case Way.WriteAndRename:
                File.Move(gateway.Folder.Write("new.json", config), gateway.ConfigFile, overwrite: true);
                break;
            default:
                gateway.Folder.Write("appsettings.Production.json", config);
                break;
        }
    }
}
