using System.Text;
using Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigurationLayersTests
{
    private readonly ConfigurationLayers _layers = new("/etc/gateway/appsettings.json", "Staging", ["--A:Line=line", "--B=line"]);
    private readonly FaultList _faults = new();

    [Fact]
    public void Layers_LaterOnes_Win()
    {
        Environment.SetEnvironmentVariable("GATEWAYTEST__LAYER", "environment");

        var root = Combine("""{ "A": { "Line": "file", "File": "file", "Env": "file" }, "B": "file", "GatewayTest": { "Layer": "file" } }""", """{ "A": { "Env": "env", "Line": "env" } }""")!;

        Assert.Equal(("file", "env", "line", "line", "environment"), (root["A:File"], root["A:Env"], root["A:Line"], root["b"], root["GatewayTest:Layer"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \n")]
    [InlineData("{")]
    [InlineData("""{ "A": 1 """)]
    [InlineData("""{ "A": 1 } x""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("""{ "A": 1, "A": 2 }""")]
    [InlineData("""{ "A": { "x": 1 }, "a": { "X": 2 } }""")]
    [InlineData("{ A: 1 }")]
    public void Layer_ThatIsNoConfiguration_IsAFaultOfItsFile(string text)
    {
        Assert.Null(Combine(text, null));
        Assert.Equal(_layers.File, Assert.Single(_faults.All).Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{ "A": 1, "a": 2 }""")]
    public void EnvironmentLayer_ThatIsNoConfiguration_IsAFaultOfItsFile(string text)
    {
        Assert.Null(Combine("{}", text));
        Assert.Equal(_layers.EnvironmentFile, Assert.Single(_faults.All).Path);
    }

    [Fact]
    public void Faults_OfBothLayers_AreToldTogether()
    {
        Assert.Null(Combine("{", "["));
        Assert.Equal([_layers.File, _layers.EnvironmentFile], _faults.All.Select(fault => fault.Path));
    }

    [Fact]
    public void Fault_OfAHalfWrittenFile_TellsLineAndPosition()
    {
        Combine("{\n  \"A\": tru\n}", null);

        Assert.StartsWith("is not JSON: line 2, position ", Assert.Single(_faults.All).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void File_Missing_IsAFault()
    {
        Assert.Null(_layers.Combine(new ConfigurationText(null, null), _faults));
        Assert.Contains("is not there", Assert.Single(_faults.All).Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "A": { "File": "x", }, } """)]
    [InlineData("{ // why\n \"A\": /* what */ { \"File\": \"x\" } }")]
    [InlineData("\uFEFF{ \"A\": { \"File\": \"x\" } }")]
    public void File_WithCommentsTrailingCommasOrAByteOrderMark_IsRead(string text)
    {
        Assert.Equal("x", Combine(text, null)!["A:File"]);
        Assert.Empty(_faults.All);
    }

    [Fact]
    public void EnvironmentFile_StandsBesideTheFile() => Assert.Equal("/etc/gateway/appsettings.Staging.json", _layers.EnvironmentFile);

    [Fact]
    public void Text_OfTheSameBytes_IsEqual()
    {
        Assert.Equal(Text("{}", null), Text("{}", null));
        Assert.NotEqual(Text("{}", null), Text("{ }", null));
        Assert.NotEqual(Text("{}", null), Text("{}", "{}"));
        Assert.NotEqual(Text("{}", "{}"), new ConfigurationText(null, Bytes("{}")));
    }

    private IConfigurationRoot? Combine(string file, string? environment) => _layers.Combine(Text(file, environment), _faults);

    private static ConfigurationText Text(string file, string? environment) => new(Bytes(file), environment is null ? null : Bytes(environment));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
