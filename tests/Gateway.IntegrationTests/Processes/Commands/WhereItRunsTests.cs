using Backend;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>Which configuration file is read, wherever the gateway is started.</summary>
public sealed class WhereItRunsTests
{
    private static readonly string[] FreePorts = ["--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Management:Url=http://127.0.0.1:0"];

    private static IEnumerable<string> DestinationsAt(int port) =>
        Enumerable.Range(1, 2).Select(i => $"--ReverseProxy:Clusters:backends:Destinations:backend-{i}:Address=http://127.0.0.1:{port}/");

    [Fact]
    public async Task Run_FromTheRepositoryRoot_ServesByTheRootsFile()
    {
        await using var backend = await BackendServer.StartAsync(new BackendOptions { Name = "backend" }, TestContext.Current.CancellationToken);
        var process = ProgramProcess.Start(
            ProgramStart.OfAssembly(BuildOutput.Gateway, ["run", .. FreePorts, .. DestinationsAt(backend.Port)]).In(BuildOutput.Repository));

        await using var gateway = await GatewayProcess.ReadyAsync(new TemporaryFolder(), process);

        Assert.Equal("backend\n", await gateway.GetTextAsync(gateway.Traffic, "/"));
        Assert.Equal(0, await gateway.StopAsync());
    }

    [Fact]
    public async Task DotnetRun_FromTheRepositoryRoot_ReadsTheRootsFile()
    {
        var result = await ProgramProcess.RunAsync(new ProgramStart(
            BuildOutput.DotNet, "run", "--no-build", "--configuration", BuildOutput.Configuration, "--project", "src/Gateway", "--", "validate").In(BuildOutput.Repository));

        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"{Path.Combine(BuildOutput.Repository, "appsettings.json")} is valid", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_FromElsewhere_ReadsTheFileBesideTheExecutable()
    {
        using var folder = new TemporaryFolder();

        var result = await GatewayCommand.RunInAsync(folder.Path, "validate");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains(Path.Combine(Path.GetDirectoryName(BuildOutput.Gateway)!, "appsettings.json"), result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FromAFolderWithAFile_ReadsThatFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", GatewayConfig.For(1));
        var process = ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway).In(folder.Path));

        await using var gateway = await GatewayProcess.ReadyAsync(new TemporaryFolder(), process);

        Assert.Contains("Destination one of cluster api is DOWN: connection refused", gateway.Output.Messages);
    }

    [Fact]
    public async Task Config_RelativeToTheWorkingDirectory_IsFound()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("sub"));
        folder.Write("sub/mine.json", GatewayConfig.For(1));

        var result = await GatewayCommand.RunInAsync(folder.Path, "validate", "--config", "sub/mine.json");

        Assert.Equal(0, result.ExitCode);
    }

    [Fact]
    public async Task Published_StartedFromElsewhere_ServesByTheFileBesideItAndStops()
    {
        using var folder = new TemporaryFolder();
        var published = folder.File("published");
        var publish = await ProgramProcess.RunAsync(new ProgramStart(
            BuildOutput.DotNet, "publish", "src/Gateway", "--no-build", "--configuration", BuildOutput.Configuration, "--output", published, "--nologo").In(BuildOutput.Repository));
        Assert.True(publish.ExitCode == 0, publish.Everything);
        var process = ProgramProcess.Start(new ProgramStart(Path.Combine(published, "gateway"), [.. FreePorts, .. DestinationsAt(1)]).In(folder.Path));

        await using var gateway = await GatewayProcess.ReadyAsync(new TemporaryFolder(), process);

        Assert.Contains("No healthy backends", await gateway.GetTextAsync(gateway.Traffic, "/"), StringComparison.Ordinal);
        Assert.Equal(0, await gateway.StopAsync());
    }
}
