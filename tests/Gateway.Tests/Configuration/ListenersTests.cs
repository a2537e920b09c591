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

    private static Dictionary<string, string?> Effective(string json) => House.Parse(json).AsEnumerable().ToDictionary(StringComparer.OrdinalIgnoreCase);

    private static string?[] Urls(IEnumerable<KeyValuePair<string, string?>> pairs) =>
        [.. pairs.Where(pair => pair.Key.EndsWith(":Url", StringComparison.OrdinalIgnoreCase)).Select(pair => pair.Value).Order()];
}
