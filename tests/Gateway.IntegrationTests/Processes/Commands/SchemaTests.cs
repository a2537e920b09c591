using System.Text.Json;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary><c>gateway schema</c>, with and without a file to read.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("schema")]
    [InlineData("schema", "--config", "missing.json")]
    [InlineData("schema", "--config", "faulty.json")]
    [InlineData("schema", "--Logging:LogLevel:Default=Loud")]
    public async Task Schema_WhateverFileThereIs_IsTheCopyInTheRepository(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Path.GetDirectoryName(BuildOutput.Gateway)!, "Yarp.ReverseProxy.xml")), "NuGet left out YARP's documentation here (NUGET_XMLDOC_MODE), so the schema has no descriptions of its keys.");
        using var folder = new TemporaryFolder();
        folder.Write("faulty.json", "{ \"Gatew");

        var result = await GatewayCommand.RunInAsync(folder.Path, arguments);

        Assert.True(result.ExitCode == 0, result.Everything);
        Assert.Empty(result.Error);
        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(BuildOutput.Repository, "src/Gateway/appsettings.schema.json"), TestContext.Current.CancellationToken), result.Output + "\n");
        using var schema = JsonDocument.Parse(result.Output);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema.RootElement.GetProperty("$schema").GetString());
    }

    [Fact]
    public async Task Published_AskedForTheSchema_HasEveryDescription()
    {
        Assert.SkipUnless(File.Exists(Path.Combine(Path.GetDirectoryName(BuildOutput.Gateway)!, "Yarp.ReverseProxy.xml")), "NuGet left out YARP's documentation here (NUGET_XMLDOC_MODE), so the schema has no descriptions of its keys.");
        using var folder = new TemporaryFolder();
        var published = folder.File("published");
        var publish = await ProgramProcess.RunAsync(new ProgramStart(
            BuildOutput.DotNet, "publish", "src/Gateway", "--no-build", "--configuration", BuildOutput.Configuration, "--output", published, "--nologo").In(BuildOutput.Repository));
        Assert.True(publish.ExitCode == 0, publish.Everything);

        var result = await ProgramProcess.RunAsync(new ProgramStart(Path.Combine(published, "gateway"), "schema").In(folder.Path));

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(published, "appsettings.schema.json"), TestContext.Current.CancellationToken), result.Output + "\n");
        Assert.Equal(["Yarp.ReverseProxy.xml", "gateway.xml"], Directory.GetFiles(published, "*.xml").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Help_OfTheGateway_NamesTheSchema() => Assert.Contains("schema", (await GatewayCommand.RunAsync("--help")).Output, StringComparison.Ordinal);
}
