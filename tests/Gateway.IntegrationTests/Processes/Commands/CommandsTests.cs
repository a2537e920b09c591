using Backend;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>The commands beside <c>run</c>, and how they are asked for.</summary>
public sealed class CommandsTests
{
    [Theory]
    [InlineData("frobnicate")]
    [InlineData("runn")]
    [InlineData("--frobnicate")]
    [InlineData("--config")]
    [InlineData("--config", "a.json", "--config", "b.json")]
    [InlineData("validate", "extra")]
    [InlineData("health", "extra")]
    [InlineData("-x")]
    [InlineData("--Gateway:Drain:Timeout")]
    [InlineData("--Gateway:Drain:Timeout", "00:00:05")]
    [InlineData("--environment")]
    [InlineData("@missing")]
    [InlineData("@/")]
    [InlineData("")]
    public async Task Gateway_Misused_SaysSoAndExits2(params string[] arguments)
    {
        var result = await GatewayCommand.RunAsync(arguments);

        GatewayCommand.AssertComplains(result, 2, "--help");
        Assert.Empty(result.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("validate", "--help")]
    [InlineData("--version")]
    public async Task Gateway_AskedForHelp_AnswersOnStandardOutput(params string[] arguments)
    {
        var result = await GatewayCommand.RunAsync(arguments);

        Assert.Equal(0, result.ExitCode);
        Assert.NotEmpty(result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Validate_ValidFile_SaysSoAndTouchesNoBackend()
    {
        await using var backend = await BackendServer.StartAsync(new BackendOptions(), TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(backend.Port));

        // The tests' probes are more frequent than their time-out allows, which would be warned about.
        var result = await GatewayCommand.RunAsync("validate", "--config", file, "--ReverseProxy:Clusters:api:HealthCheck:Tcp:Interval=00:00:05");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal($"{file} is valid.\n", result.Output + "\n");
        Assert.Empty(result.Error);
        Assert.Equal(0, backend.Connections);
    }

    [Fact]
    public async Task Validate_CertificateMissing_IsAFaultAsAtTheStart()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await GatewayCommand.RunAsync("validate", "--config", file,
            "--Kestrel:Endpoints:Http:Url=https://127.0.0.1:0", "--Kestrel:Endpoints:Http:Certificate:Path=/nowhere.pfx");

        GatewayCommand.AssertComplains(result, 1, "/nowhere.pfx");
    }

    [Fact]
    public async Task Health_OfAGatewayThatIsReadyAndThenDrains_Exits0AndThen1()
    {
        await using var gateway = await GatewayProcess.StartAsync(GatewayConfig.For(1, """  "Drain": { "Delay": "00:10:00" } """));
        string[] health = ["health", "--config", gateway.ConfigFile, $"--Kestrel:Endpoints:Management:Url=http://*:{gateway.Management.Port}"];

        var ready = await GatewayCommand.RunAsync(health);
        gateway.Signal();
        await gateway.Output.WaitForMessageAsync("Shutdown initiated");
        var draining = await GatewayCommand.RunAsync(health);

        Assert.Equal(0, ready.ExitCode);
        Assert.Contains("ready", ready.Output, StringComparison.Ordinal);
        Assert.Equal(1, draining.ExitCode);
        Assert.Contains("shutting down", draining.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_WithNoGatewayRunning_SaysSoAndExits1()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await GatewayCommand.RunAsync("health", "--config", file, "--Kestrel:Endpoints:Management:Url=http://127.0.0.1:1");

        GatewayCommand.AssertComplains(result, 1, "http://127.0.0.1:1/health/ready");
    }
}
