using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Edge;

/// <summary>ASP.NET Core's setting for where to listen, where the Kestrel section names nothing for traffic.</summary>
public sealed class ListenUrlsTests
{
    [Fact]
    public async Task Urls_WithoutEndpointsForTraffic_AreListenedOnAndFollowASave()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, "http://127.0.0.1:0"));
        using var kept = await RawClient.ConnectAsync(gateway.Factory.Traffic);
        Assert.Equal(200, await AskAsync(kept));
        var port = ListenerPorts.Free();

        await gateway.SaveAsync(Config(backend, $"http://127.0.0.1:0;http://127.0.0.1:{port}"));

        await Eventually.TrueAsync(() => ListenerPorts.ListensAsync(port), "the new address is listened on");
        using var added = await RawClient.ConnectAsync(new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal((200, 200), (await AskAsync(added), await AskAsync(kept)));
        Assert.Contains(gateway.Factory.Logs.All, line => line.Contains("Configuration 2 applied: ~listeners", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Urls_SavedWithAnAddressThatIsTaken_AreRejectedByTheirOwnPath()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, "http://127.0.0.1:0"));

        await gateway.SaveAsync(Config(backend, $"http://127.0.0.1:{backend.Address.Port}"));

        Assert.Contains(gateway.Factory.Logs.All, line =>
            line.Contains("Configuration rejected", StringComparison.Ordinal) && line.Contains("Urls: 'http://127.0.0.1:", StringComparison.Ordinal));
        Assert.Equal(200, (int)(await gateway.Factory.GetAsync("/")).StatusCode);
    }

    private static GatewayConfig Config(ScriptedBackend backend, string urls) => GatewayConfig.To(backend.Address)
        .Set("Kestrel:Endpoints", new JsonObject { ["Management"] = new JsonObject { ["Url"] = "http://127.0.0.1:0" } }).Set("Urls", urls);

    private static async Task<int> AskAsync(RawClient client)
    {
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        return (await client.ReadResponseAsync()).Status;
    }
}
