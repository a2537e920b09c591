using System.Net;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>ASP.NET Core's settings for where to listen, given to the process.</summary>
public sealed class ListenUrlsTests
{
    [Theory]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:0")]
    [InlineData("Urls", "http://127.0.0.1:0")]
    public async Task Variable_WithoutEndpointsForTraffic_SaysWhereToListen(string variable, string value)
    {
        var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", OnlyManagement);

        await using var gateway = await GatewayProcess.ReadyAsync(folder,
            ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", file).With(variable, value)));

        Assert.Equal(HttpStatusCode.NotFound, await gateway.StatusAsync(gateway.Traffic, "/"));
        Assert.DoesNotContain(gateway.Output.Messages, message => message.StartsWith("Advice", StringComparison.Ordinal) || message.Contains("Overriding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Argument_SaysWhereToListen()
    {
        var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", OnlyManagement);

        await using var gateway = await GatewayProcess.ReadyAsync(folder,
            ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", file, "--urls=http://127.0.0.1:0")));

        Assert.Equal(HttpStatusCode.NotFound, await gateway.StatusAsync(gateway.Traffic, "/"));
    }

    [Fact]
    public async Task Variable_BesideOtherEndpoints_IsWarnedAboutAndNotListenedOn()
    {
        var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        await using var gateway = await GatewayProcess.ReadyAsync(folder,
            ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", file).With("ASPNETCORE_URLS", "http://127.0.0.1:1")));

        await gateway.Output.WaitForMessageAsync("Advice on ASPNETCORE_URLS: 'http://127.0.0.1:1' is not what the gateway listens on");
    }

    [Theory]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8080", false)]
    [InlineData("ASPNETCORE_HTTP_PORTS", "8081", true)]
    [InlineData("ASPNETCORE_URLS", "http://+:80", true)]
    public async Task Validate_WarnsOfWhatIsNotListenedOn_ButNotOfWhatBaseImagesSet(string variable, string value, bool warns)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, "validate", "--config", file).With(variable, value));

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(warns, result.Error.Contains($"warning: {variable}: '{value}' is not what the gateway listens on", StringComparison.Ordinal));
    }

    private const string OnlyManagement = """
        { "Kestrel": { "Endpoints": { "Management": { "Url": "http://127.0.0.1:0" } } }, "ReverseProxy": { "Routes": {} } }
        """;
}
