using System.Text;
using Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ConfigurationLayersTests
{
    private readonly ConfigurationLayers _layers = new("/etc/gateway/appsettings.json", "Staging", ["--A:Line=line", "--B=line", "--C:Deep=line"]);
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
    public void EnvironmentLayer_ThatIsNoConfiguration_IsAFaultOfItsFile(string text)
    {
        Assert.Null(Combine("{}", text));
        Assert.Equal(_layers.EnvironmentFile, Assert.Single(_faults.All).Path);
    }

    [Theory]
    [InlineData("{ \"A\": 1,\n \"A\": 2 }", "A", "appsettings.json:2: A: stands twice, in line 1 too; names that differ by case only are the same.")]
    [InlineData("{ \"A\": { \"x\": 1 },\n\n \"a\": { \"y\": 2 } }", "a", "appsettings.json:3: a: stands twice, in line 1 too; names that differ by case only are the same.")]
    [InlineData("{ \"A\": [ { \"x\": 1,\n \"X\": 2 } ] }", "A:0:X", "appsettings.json:2: A:0:X: stands twice, in line 1 too; names that differ by case only are the same.")]
    [InlineData("{ \"A:B\": 1,\n \"A\": { \"b\": 2 } }", "A:b", "appsettings.json:2: A:b: stands twice, in line 1 too; names that differ by case only are the same.")]
    public void Key_ThatStandsTwice_IsAFaultWithBothLines(string text, string path, string told)
    {
        Assert.Null(Combine(text, null));
        Assert.Equal((path, told), (Assert.Single(_faults.All).Path, _faults.ToString()));
    }

    [Theory]
    [InlineData("A:File", "appsettings.json:3")]
    [InlineData("A:Env", "appsettings.Staging.json:2")]
    [InlineData("A:Line", "argument --A:Line")]
    [InlineData("A:List:1:x", "appsettings.json:6")]
    [InlineData("C", "argument --C:Deep")]
    [InlineData("C:Missing", null)]
    [InlineData("A:Missing:Deeper", "appsettings.Staging.json:1")]
    [InlineData("GatewayTest:Place", "environment variable GATEWAYTEST__PLACE")]
    [InlineData("Nowhere", null)]
    public void Fault_OfAValue_TellsTheLayerThatSaysItLast(string path, string? place)
    {
        Environment.SetEnvironmentVariable("GATEWAYTEST__PLACE", "x");
        Combine("{ // why\n\"A\": {\n\"File\": 1, \"Env\": 1, \"Line\": 1,\n\"List\": [\n{},\n{ \"x\": 1 } ] } }", "{ \"A\": {\n\"Env\": 2 } }");

        _faults.Add(path, "is wrong.");

        Assert.Equal(place, Assert.Single(_faults.All).Place);
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

    private ConfigurationTree? Combine(string file, string? environment) => _layers.Combine(Text(file, environment), _faults);

    private static ConfigurationText Text(string file, string? environment) => new(Bytes(file), environment is null ? null : Bytes(environment));

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
