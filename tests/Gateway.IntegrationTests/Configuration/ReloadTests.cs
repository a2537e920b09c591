using Gateway.Configuration;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A save of the file is one transaction.</summary>
public class ReloadTests
{
    [Fact]
    public async Task Save_AddsARoute_TakesEffectWithoutANewConnection()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        Assert.Equal(200, await AskAsync(client, "/a"));
        Assert.Equal(404, await AskAsync(client, "/b"));

        gateway.Save(Config(backend).Route("b", "/b", "api").ToString());

        await Eventually.TrueAsync(async () => await AskAsync(client, "/b") == 200, "the new route");
        Assert.Equal(200, await AskAsync(client, "/a"));
        Assert.Equal(1, backend.Connections);
        await gateway.Logs.WaitForAsync("Configuration 2 applied: +1 route");
        var page = await gateway.ScrapeAsync();
        Assert.Equal(2, page.Value("gateway_config_version"));
        Assert.Equal(1, page.Value("gateway_config_reloads_total", ("outcome", "applied")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "b": { "ClusterId": "missing", "Match": { "Path": "/b" } } } } }""")]
    [InlineData("""{ "Gateway": { "RateLimit": { "Global": { "TokenLimit": 0 } } }, "ReverseProxy": { "Routes": {} } }""")]
    [InlineData("""{ "Gateway": { "Unknown": 1 }, "ReverseProxy": { "Routes": {} } }""")]
    public async Task Save_OfAFaultyFile_ChangesNothing(string text)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend));
        Assert.Equal("ok", await gateway.GetTextAsync("/a"));

        gateway.Save(text);

        await gateway.Logs.WaitForAsync("Configuration rejected, 1 stays in force");
        Assert.Equal("ok", await gateway.GetTextAsync("/a"));
        var page = await gateway.ScrapeAsync();
        Assert.Equal((1, 0), (page.Value("gateway_config_version"), page.Value("gateway_config_last_reload_successful")));
        Assert.Equal(1, page.Value("gateway_config_reloads_total", ("outcome", "rejected")));

        gateway.Save(Config(backend).Route("b", "/b", "api").ToString());
        await Eventually.TrueAsync(async () => await StatusAsync(gateway, "/b") == 200, "the mended file");
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task Save_UnderTraffic_FailsNoRequest()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend));
        using var over = new CancellationTokenSource();
        var statuses = new List<int>();
        var traffic = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
                statuses.Add(await StatusAsync(gateway, "/a"));
        }, TestContext.Current.CancellationToken);

        gateway.Save(Config(backend).Route("b", "/b", "api").Set("Gateway:ClusterDefaults:Pool:PermitsPerDestination", 7).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");
        await over.CancelAsync();
        await traffic;

        Assert.All(statuses, status => Assert.Equal(200, status));
        Assert.Equal(1, backend.Connections);
    }

    [Fact]
    public async Task State_OfBucketsCircuitsAndPermits_SurvivesASave()
    {
        var release = new SyncPoint();
        await using var holding = ScriptedBackend.Start(Scripts.Hold(release));
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        GatewayConfig Config() => new GatewayConfig().Limit("Gateway:RateLimit:Global", 10).WithoutRetries()
            .Route("hold", "/hold", "hold").Destinations("hold", holding.Address)
            .Route("fail", "/fail", "fail").Destinations("fail", failing.Address).Set("ReverseProxy:Clusters:fail:CircuitBreaker:FailureThreshold", 1);
        await using var gateway = await GatewayFactory.StartAsync(Config());
        var held = gateway.GetAsync("/hold");
        await release.WaitForArrivalsAsync(1);
        (await gateway.GetAsync("/fail")).Dispose();

        gateway.Save(Config().Route("b", "/b", "hold").ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        Assert.Equal(1, gateway.PermitsInUse("d1", "hold"));
        Assert.Equal(CircuitState.Open, gateway.Circuit("d1", "fail").State);
        Assert.InRange((await gateway.ScrapeAsync()).Value("gateway_rate_limit_tokens", ("scope", "global")), 8, 8.5);
        release.Open();
        Assert.Equal(200, (int)(await held).StatusCode);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d1", "hold"));
    }

    [Fact]
    public async Task Touch_WithoutAChange_MakesNoVersion()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend));

        gateway.Save(Config(backend) + "\n");
        var text = gateway.Services.GetRequiredService<ConfigurationLayers>().ReadText();
        await gateway.Services.GetRequiredService<ConfigurationStore>().ConsiderAsync(text, asked: false, Bounds.Token);

        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gateway_config_version"));
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("applied", StringComparison.Ordinal));
    }

    private static GatewayConfig Config(ScriptedBackend backend) => new GatewayConfig().Route("a", "/a", "api").Destinations("api", backend.Address);

    private static async Task<int> AskAsync(RawClient client, string path)
    {
        await client.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        return (await client.ReadResponseAsync()).Status;
    }

    private static async Task<int> StatusAsync(GatewayFactory gateway, string path)
    {
        using var response = await gateway.GetAsync(path);
        return (int)response.StatusCode;
    }
}
