using Gateway.Configuration;
using Gateway.Edge;
using Gateway.Tests.Support;

namespace Gateway.Tests.Edge;

public sealed class ListenerReloadRuleTests
{
    private const string Traffic = "\"Http\": { \"Url\": \"http://127.0.0.1:0\" }";
    private const string Management = "\"Management\": { \"Url\": \"http://127.0.0.1:0\" }";

    [Theory]
    [InlineData("\"Limits\": { \"MaxConcurrentConnections\": 5 }", "Kestrel:Limits:MaxConcurrentConnections: '5' needs a restart: Kestrel takes it at its start only, and runs with '4'.")]
    [InlineData("\"AddServerHeader\": true, \"Limits\": { \"MaxConcurrentConnections\": 4 }", "Kestrel:AddServerHeader: 'true' needs a restart: Kestrel takes it at its start only.")]
    [InlineData("", "Kestrel:Limits:MaxConcurrentConnections: needs a restart: Kestrel takes it at its start only, and runs with '4'.")]
    public void Kestrels_OwnNumbers_NeedARestart(string changed, string expected)
    {
        var faults = Check(Listening($"{Traffic}, {Management}", "\"Limits\": { \"MaxConcurrentConnections\": 4 }"), Listening($"{Traffic}, {Management}", changed));

        Assert.Equal(expected, Assert.Single(faults.All).ToString(), ignoreCase: true);
    }

    [Fact]
    public void Management_WhereThereWasNone_NeedsARestart()
    {
        var faults = Check(Listening(Traffic), Listening($"{Traffic}, {Management}"));

        Assert.Equal("Kestrel:Endpoints:Management:Url: 'http://127.0.0.1:0' needs a restart: the gateway was started without a management endpoint.",
            Assert.Single(faults.All).ToString());
    }

    [Fact]
    public void Endpoints_MayComeAndGo() =>
        Assert.Empty(Check(Listening($"{Traffic}, {Management}"), Listening("\"Other\": { \"Url\": \"http://127.0.0.1:0\", \"Protocols\": \"Http2\" }")).All);

    [Theory]
    [InlineData("false", "true", "'True' needs a restart: the gateway has its ports to itself since its start.")]
    [InlineData("true", "false", "'False' needs a restart: the gateway shares its ports since its start.")]
    public void ReusePort_Changed_NeedsARestart(string before, string after, string fault)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shares a port among processes.");
        Assert.Equal($"Gateway:Listen:ReusePort: {fault}", Assert.Single(Check(Sharing(before), Sharing(after)).All).ToString());
    }

    private static Snapshot Sharing(string on) => House.Read($$"""{ "Gateway": { "Listen": { "ReusePort": {{on}} } }, "ReverseProxy": { "Routes": {} } }""");

    private static Snapshot Listening(string endpoints, string more = "") =>
        House.Read($$"""{ "Kestrel": { "Endpoints": { {{endpoints}} } {{(more.Length > 0 ? $", {more}" : "")}} }, "ReverseProxy": { "Routes": {} } }""");

    private static FaultList Check(Snapshot before, Snapshot after)
    {
        var faults = new FaultList();
        new ListenerReloadRule().Check(before, after, faults);
        return faults;
    }
}
