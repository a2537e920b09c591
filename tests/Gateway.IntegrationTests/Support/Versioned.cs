using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Support;

/// <summary>Configurations that tell in every answer which one of them is in force.</summary>
internal static class Versioned
{
    private const string Header = "X-Configuration";

    public static GatewayConfig Says(this GatewayConfig config, string version, string route = "all") =>
        config.Set($"ReverseProxy:Routes:{route}:Transforms", new JsonArray(new JsonObject { ["ResponseHeader"] = Header, ["Set"] = version }));

    /// <summary>A file for the environment that changes nothing but what answers say.</summary>
    public static string LayerThatSays(string version) =>
        $$"""{ "ReverseProxy": { "Routes": { "all": { "Transforms": [ { "Set": "{{version}}" } ] } } } }""";

    /// <summary>Asks the gateway which configuration is in force.</summary>
    public static async Task<string?> InForceAsync(this GatewayFactory gateway, string path = "/x")
    {
        using var response = await gateway.GetAsync(path);
        Assert.Equal(200, (int)response.StatusCode);
        return response.Header(Header);
    }

    /// <summary>Version and success, as the metrics tell them.</summary>
    public static async Task<(int Version, bool Successful)> ReloadsAsync(this GatewayFactory gateway)
    {
        var page = await gateway.ScrapeAsync();
        return ((int)page.Value("gateway_config_version"), page.Value("gateway_config_last_reload_successful") == 1);
    }
}
