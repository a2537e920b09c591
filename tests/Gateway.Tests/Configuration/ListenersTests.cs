using Gateway.Configuration;
using Gateway.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class ListenersTests
{
    [Fact]
    public void Endpoints_AreDividedByName()
    {
        var kestrel = Effective("""
            { "Kestrel": { "Limits": { "x": 1 }, "Endpoints": { "Http": { "Url": "http://*:1" }, "MANAGEMENT": { "Url": "http://*:2" }, "Management2": { "Url": "http://*:3" } } } }
            """);

        Assert.Equal(["http://*:1", "http://*:3"], Urls(Listeners.OfTraffic(kestrel)));
        Assert.Equal(["http://*:2"], Urls(Listeners.OfManagement(kestrel)));
        Assert.Equal("http://*:2", Listeners.ManagementUrl(kestrel));
        Assert.Contains(Listeners.OfTraffic(kestrel), pair => pair.Key == "Kestrel:Limits:x");
        Assert.Contains(Listeners.OfManagement(kestrel), pair => pair.Key == "Kestrel:Limits:x");
    }

    [Fact]
    public void Endpoints_WhereNoneIsConfigured_AreTheRecipes()
    {
        var kestrel = Effective("{}");

        Assert.Equal(["http://*:8080"], Urls(Listeners.OfTraffic(kestrel)));
        Assert.Equal(["http://*:9090"], Urls(Listeners.OfManagement(kestrel)));
    }

    [Fact]
    public void Management_ThatIsNotConfiguredBesideTraffic_IsNotWanted()
    {
        var kestrel = Effective("""{ "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:1" } } } }""");

        Assert.Empty(Urls(Listeners.OfManagement(kestrel)));
        Assert.Null(Listeners.ManagementUrl(kestrel));
    }

    [Theory]
    [InlineData("\"Urls\": \"http://*:1;https://*:2\"", "http://*:1 https://*:2")]
    [InlineData("\"ASPNETCORE_URLS\": \"http://*:1\", \"ASPNETCORE_HTTP_PORTS\": \"8080\"", "http://*:1")]
    [InlineData("\"Urls\": \"http://*:1\", \"ASPNETCORE_URLS\": \"http://*:2\"", "http://*:1")]
    [InlineData("\"ASPNETCORE_HTTP_PORTS\": \"1;2\", \"ASPNETCORE_HTTPS_PORTS\": \"3\"", "http://*:1 http://*:2 https://*:3")]
    [InlineData("\"Urls\": \" ; \"", "http://*:8080")]
    public void Urls_StandInWhereNoEndpointIsConfigured(string setting, string expected)
    {
        var kestrel = Effective($"{{ {setting} }}");

        Assert.Equal(expected.Split(' '), Urls(Listeners.OfTraffic(kestrel)));
        Assert.Equal(["http://*:9090"], Urls(Listeners.OfManagement(kestrel)));
    }

    [Fact]
    public void Urls_StandInBesideAManagementEndpoint_AndNotBesideOthers()
    {
        var beside = Effective("""{ "Urls": "http://*:1", "Kestrel": { "Endpoints": { "Management": { "Url": "http://*:2" } } } }""");
        Assert.Equal(["http://*:1"], Urls(Listeners.OfTraffic(beside)));
        Assert.Equal(["http://*:2"], Urls(Listeners.OfManagement(beside)));

        var overruled = Effective("""{ "Urls": "http://*:1", "Kestrel": { "Endpoints": { "Http": { "Url": "http://*:3" } } } }""");
        Assert.Equal(["http://*:3"], Urls(Listeners.OfTraffic(overruled)));
        Assert.Empty(Urls(Listeners.OfManagement(overruled)));
    }

    [Theory]
    [InlineData("\"Urls\": \"nonsense\"", "Urls: 'nonsense' is not an address to listen on")]
    [InlineData("\"ASPNETCORE_HTTP_PORTS\": \"eighty\"", "ASPNETCORE_HTTP_PORTS: 'eighty' is not a port to listen on")]
    [InlineData("\"ASPNETCORE_HTTPS_PORTS\": \"8443\"", "ASPNETCORE_HTTPS_PORTS: '8443' asks for https without a certificate")]
    public void Urls_ThatCannotBeListenedOn_AreAFault(string setting, string expected)
    {
        House.Read($$"""{ {{setting}}, "ReverseProxy": { "Routes": {} } }""", out var faults);

        Assert.StartsWith(expected, Assert.Single(faults.All).ToString(), StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Effective(string json) => House.Parse(json).AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static string?[] Urls(IEnumerable<KeyValuePair<string, string?>> pairs) =>
        [.. pairs.Where(pair => pair.Key.EndsWith(":Url", StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Value).Order()];
}
