using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>A section at the top whose name is nearly one of ours is not passed over in silence.</summary>
public sealed class SectionNameTests
{
    [Theory]
    [InlineData("Gatway", "Gateway")]
    [InlineData("Gateways", "Gateway")]
    [InlineData("RevereProxy", "ReverseProxy")]
    [InlineData("Reverse-Proxy", "ReverseProxy")]
    public void Section_NearlyOneOfOurs_IsWarnedAboutWithTheRightName(string name, string meant) =>
        Assert.Equal([$"{name}: this section is not read, so nothing in it takes effect; did you mean '{meant}'?"], Advise($$"""{{name}}": { "x": { "y": 1 } }, "z"""));

    [Theory]
    [InlineData("gateway\": {}, \"z")]
    [InlineData("Serilog\": { \"x\": 1 }, \"z")]
    [InlineData("Authentication\": { \"Schemes\": {} }, \"z")]
    // As a variable of the environment would be, which is no section.
    [InlineData("GATEWAYS")]
    public void Section_OfOthers_IsTheirs(string section) => Assert.Empty(Advise(section));

    [Fact]
    public void ReverseProxy_ThatIsMissing_IsLookedForUnderNamesNearIt()
    {
        Assert.Null(House.Read("""{ "RevereProxy": { "Routes": {} } }""", out var faults));

        Assert.Equal("ReverseProxy: is missing; 'RevereProxy' is not read; did you mean 'ReverseProxy'?", Assert.Single(faults.All).ToString());
    }

    private static IEnumerable<string> Advise(string section) =>
        House.Advise($$"""{ "{{section}}": 1, "ReverseProxy": { "Routes": {} } }""").Select(advice => advice.ToString());
}
