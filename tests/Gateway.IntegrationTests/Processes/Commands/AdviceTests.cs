using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary><c>validate</c> warns where settings contradict each other, beside its verdict and without changing it.</summary>
public sealed class AdviceTests
{
    private static readonly string Shipped = Path.Combine(BuildOutput.Repository, "appsettings.json");

    [Fact]
    public async Task Validate_ClientsBucketLargerThanTheGlobalOne_WarnsAsTheReadmeShowsAndExits0()
    {
        var result = await GatewayCommand.RunAsync("validate", "--config", Shipped, "--Gateway:RateLimit:PerClient:TokenLimit=200");

        Assert.Equal((0, $"{Shipped} is valid."), (result.ExitCode, result.Output.TrimEnd()));
        var warning = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("warning: Gateway:RateLimit:PerClient:TokenLimit: ", warning, StringComparison.Ordinal);
        Assert.Contains($"```text\n{warning}\n```", await File.ReadAllTextAsync(Path.Combine(BuildOutput.Repository, "README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KUBERNETES_SERVICE_HOST", "10.96.0.1")]
    [InlineData("DOTNET_RUNNING_IN_CONTAINER", "true")]
    public async Task Validate_InAContainer_WarnsOfADrainThatIsCutThere(string variable, string value)
    {
        var shipped = await RunAsync();
        var longer = await RunAsync("--Gateway:Drain:Timeout=00:00:40");

        Assert.Equal((0, ""), (shipped.ExitCode, shipped.Error));
        Assert.Equal(0, longer.ExitCode);
        Assert.StartsWith("warning: Gateway:Drain:Timeout: the drain may take 40 s", longer.Error, StringComparison.Ordinal);

        Task<ProgramResult> RunAsync(params string[] settings) => ProgramProcess.RunAsync(
            ProgramStart.OfAssembly(BuildOutput.Gateway, ["validate", "--config", Shipped, .. settings]).With(variable, value));
    }

    [Fact]
    public async Task Validate_ListThatTwoLayersSay_NamesBothAndShowsTheMerge()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", """{ "Gateway": { "ForwardedHeaders": { "KnownProxies": [ "10.0.0.1", "10.0.0.2" ] } }, "ReverseProxy": { "Routes": {} } }""");
        folder.Write("appsettings.Staging.json", """{ "Gateway": { "ForwardedHeaders": { "KnownProxies": [ "10.0.0.9" ] } }, "Gatway": { "Drain": {} } }""");

        var result = await GatewayCommand.RunAsync("validate", "--config", file, "--environment", "Staging");

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("warning: Gateway:ForwardedHeaders:KnownProxies: appsettings.json and appsettings.Staging.json both have entries of this list, which are merged index by index, into [10.0.0.9, 10.0.0.2]; ", result.Error, StringComparison.Ordinal);
        Assert.Contains("warning: Gatway: this section is not read, so nothing in it takes effect; did you mean 'Gateway'?", result.Error, StringComparison.Ordinal);
    }
}
