using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>File, environment's file, environment variables, arguments: the later layer wins. Each layer's value is a wrong one of its own, so that the fault tells who won.</summary>
public sealed class LayersTests
{
    private static string ConfigWith(string timeout) => GatewayConfig.For(1, $$"""  "Drain": { "Timeout": "{{timeout}}" } """);

    [Fact]
    public async Task EnvironmentFile_LiesOverTheFile()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", ConfigWith("from-file"));
        folder.Write("appsettings.Staging.json", """{ "Gateway": { "Drain": { "Timeout": "from-staging" } } }""");

        Assert.Contains("'from-file'", (await GatewayCommand.RunAsync("validate", "--config", file)).Error, StringComparison.Ordinal);
        Assert.Contains("'from-staging'", (await GatewayCommand.RunAsync("validate", "--config", file, "--environment", "Staging")).Error, StringComparison.Ordinal);
        Assert.Contains("'from-staging'", (await RunAsync(file, ("ASPNETCORE_ENVIRONMENT", "Staging"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnvironmentVariable_LiesOverTheFiles()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", ConfigWith("from-file"));
        folder.Write("appsettings.Production.json", """{ "Gateway": { "Drain": { "Timeout": "from-production" } } }""");

        var result = await RunAsync(file, ("Gateway__Drain__Timeout", "from-variable"));

        Assert.Contains("'from-variable'", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Argument_LiesOverEverythingElse_AndMendsItsFaults()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", ConfigWith("from-file"));

        var wrong = await RunAsync(file, ["--Gateway:Drain:Timeout=from-argument"], ("Gateway__Drain__Timeout", "from-variable"));
        var right = await RunAsync(file, ["--Gateway:Drain:Timeout=00:00:05"], ("Gateway__Drain__Timeout", "from-variable"));

        Assert.Contains("'from-argument'", wrong.Error, StringComparison.Ordinal);
        Assert.Equal(0, right.ExitCode);
    }

    private static Task<ProgramResult> RunAsync(string file, (string Name, string Value) variable) => RunAsync(file, [], variable);

    private static Task<ProgramResult> RunAsync(string file, string[] arguments, (string Name, string Value) variable) =>
        ProgramProcess.RunAsync(
            ProgramStart.OfAssembly(BuildOutput.Gateway, ["validate", "--config", file, .. arguments]).With(variable.Name, variable.Value));
}
