using Gateway.Forwarding;
using Gateway.Tests.Support;

namespace Gateway.Tests.Forwarding;

public sealed class TimeoutSettingsTests
{
    [Fact]
    public void Route_SaysSome_HasTheOthersOfItsCluster()
    {
        var snapshot = House.Read(Config("""
            "ResponseHeaders": "00:00:20", "Request": "00:01:00"
            """, """
            "Request": "00:00:30", "Connect": "00:00:02"
            """));

        var (route, timeouts) = Assert.Single(RouteTimeoutSettings.Of(snapshot));

        Assert.Equal("r", route.RouteId);
        Assert.Equal(new TimeoutSettings { Connect = Seconds(2), ResponseHeaders = Seconds(20), Request = Seconds(30) }, timeouts);
    }

    [Fact]
    public void Route_SaysNothing_NeedsNoTimeoutsOfItsOwn() => Assert.Empty(RouteTimeoutSettings.Of(House.Read(Config("", ""))));

    [Theory]
    [InlineData("\"Request\": \"00:00:00.009\"")]
    [InlineData("\"IdleBody\": \"1.00:00:01\"")]
    [InlineData("\"ResponseHeaders\": \"5\"")]
    [InlineData("\"Reqest\": \"00:00:01\"")]
    public void Value_ThatIsNotAllowed_IsAFaultInBothPlaces(string setting)
    {
        House.Read(Config(setting, setting), out var faults);

        Assert.Equal(["ReverseProxy:Clusters:c:Timeouts", "ReverseProxy:Routes:r:Timeouts"],
            faults.All.Select(fault => fault.Path[..fault.Path.LastIndexOf(':')]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("399")]
    [InlineData("600")]
    [InlineData("\"busy\"")]
    public void StatusCode_ThatIsNone_IsAFault(string code)
    {
        House.Read($$"""{ "Gateway": { "ClusterDefaults": { "Retry": { "StatusCodes": [ 503, {{code}} ] } } }, "ReverseProxy": { "Routes": {} } }""", out var faults);

        Assert.Equal("Gateway:ClusterDefaults:Retry:StatusCodes:1", Assert.Single(faults.All).Path);
    }

    [Fact]
    public void StatusCodes_OfACluster_TakeThePlaceOfTheDefaults()
    {
        var snapshot = House.Read("""
            { "Gateway": { "ClusterDefaults": { "Retry": { "StatusCodes": [ 502, 503, 504 ] } } },
              "ReverseProxy": { "Routes": {}, "Clusters": { "a": { "Retry": { "StatusCodes": [ 500 ] } }, "b": {} } } }
            """);

        Assert.Equal([500], snapshot.Get(RetrySettings.Section, "a")!.StatusCodes);
        Assert.Equal([502, 503, 504], snapshot.Get(RetrySettings.Section, "b")!.StatusCodes);
    }

    [Theory]
    [InlineData("\"Connect\": \"00:00:10\", \"Request\": \"00:00:10\"", "ReverseProxy:Clusters:c:Timeouts:Connect", "Connect of 10 s is not less than the 10 s")]
    [InlineData("\"Request\": \"00:00:02\"", "ReverseProxy:Clusters:c:Timeouts:Request", "Connect of 5 s is not less than the 2 s")]
    [InlineData("\"ResponseHeaders\": \"00:00:20\", \"Request\": \"00:00:10\"", "ReverseProxy:Clusters:c:Timeouts:ResponseHeaders", "ResponseHeaders of 20 s is not less than the 10 s")]
    [InlineData("\"IdleBody\": \"00:02:00\"", "ReverseProxy:Clusters:c:Timeouts:IdleBody", "IdleBody of 120 s is longer than the 100 s")]
    [InlineData("\"ResponseHeaders\": \"00:05:00\"", "ReverseProxy:Clusters:c:Timeouts:ResponseHeaders", "ResponseHeaders of 300 s is longer than the 100 s")]
    public void Timeout_ThatCannotRunOut_IsAdvisedAgainst(string timeouts, string path, string text)
    {
        var advice = Assert.Single(House.Advise(Config(timeouts, "")));

        Assert.Equal(path, advice.Path);
        Assert.StartsWith(text, advice.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Timeout_OfARoute_IsAdvisedAgainstThere()
    {
        var advice = Assert.Single(House.Advise(Config("\"ResponseHeaders\": \"00:00:20\"", "\"Request\": \"00:00:10\"")));

        Assert.Equal("ReverseProxy:Routes:r:Timeouts:Request", advice.Path);
    }

    [Fact]
    public void Timeouts_ThatFit_AreNotAdvisedAgainst() =>
        Assert.Empty(House.Advise(Config("\"Connect\": \"00:00:02\", \"ResponseHeaders\": \"00:00:20\", \"IdleBody\": \"00:01:00\", \"Request\": \"00:01:00\"", "")));

    private static string Config(string cluster, string route) => $$"""
        { "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" }, "Timeouts": { {{route}} } } },
            "Clusters": { "c": { "Timeouts": { {{cluster}} }, "Destinations": { "one": { "Address": "http://a/" }, "two": { "Address": "http://b/" } } } } } }
        """;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
