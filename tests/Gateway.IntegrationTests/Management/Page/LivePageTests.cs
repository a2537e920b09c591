using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Microsoft.Playwright.Assertions;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>What happens shows on a page that is open, without loading it again.</summary>
[Collection(BrowserTests.Name)]
public class LivePageTests(Browser browser)
{
    [Fact]
    public async Task Backend_ThatDies_TurnsItsRowToDown_AndIsTheFirstProblem()
    {
        var dying = ScriptedBackend.Start(Scripts.Serve());
        await using var other = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(dying.Address, other.Address).Probing());
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page.Destination("d1")).ToContainTextAsync("Up");
        await Expect(page["#problems"]).ToHaveTextAsync("No problems");

        await dying.DisposeAsync();

        await Expect(page.Destination("d1")).ToContainTextAsync("Down");
        await Expect(page.Destination("d1")).ToContainTextAsync("connection refused");
        await Expect(page.Destination("d1")).ToHaveAttributeAsync("data-worst", "bad");
        await Expect(page.Destination("d2")).ToContainTextAsync("Up");
        await Expect(page["#told"]).ToHaveTextAsync("Destination d1 of cluster api is down.");
        await page["#problems a"].First.ClickAsync();
        await Expect(page.Destination("d1")).ToBeFocusedAsync();
        Assert.Single(page.Requests, request => request.AbsolutePath == "/");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task EmptyBucket_ShowsAmongTheRefusals_WithItsTokensAndItsClient()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit("Gateway:RateLimit:PerClient", 1));
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page["#refusals-sum"]).ToHaveTextAsync("none is remembered");

        await gateway.GetTextAsync("/first");
        (await gateway.GetAsync("/second?secret=1")).Dispose();

        var row = page["#refusal-rows tr"];
        await Expect(row).ToContainTextAsync("429 Rate limit exceeded");
        await Expect(row).ToContainTextAsync("rate-limit (client)");
        await Expect(row).ToContainTextAsync("0.0 of 1 tokens");
        await Expect(row).ToContainTextAsync("/second");
        await Expect(row).Not.ToContainTextAsync("secret");
        await Expect(page["#patterns"]).ToContainTextAsync("one client (127.0.0.0/24)");
        await Expect(page["#problems"]).ToContainTextAsync("refused by rate-limit scope client");
        await Expect(page["#scope-rows"]).ToContainTextAsync("rate-limit (client)");
        await Expect(page["#client-rows"]).ToContainTextAsync("127.0.0.0/24");
    }

    [Fact]
    public async Task Circuit_ThatOpens_CountsDownToItsProbe()
    {
        await using var backend = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1, "00:10:00").WithoutRetries());
        await using var page = await browser.OpenAsync(gateway);

        (await gateway.GetAsync("/x")).Dispose();

        await Expect(page.Destination("d1")).ToContainTextAsync("Open");
        await Expect(page.Destination("d1")).ToContainTextAsync("probe in 59");
        await Expect(page["#problems"]).ToContainTextAsync("1 circuit open: d1 of api");
        await Expect(page["#problems"]).ToContainTextAsync("Cluster api can serve nothing");
    }

    [Fact]
    public async Task Permits_ThatAreTaken_ShowWithWhatHoldsThem()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(2));
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page.Destination("d1")).ToContainTextAsync("0 / 2");

        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");

        await Expect(page.Destination("d1")).ToContainTextAsync("1 / 2");
        await page["#flight summary"].ClickAsync();
        await Expect(page["#flight-rows"]).ToContainTextAsync("GET /held");
        release.Open();
        await client.ReadResponseAsync();
        await Expect(page.Destination("d1")).ToContainTextAsync("0 / 2");
    }

    [Fact]
    public async Task RejectedReload_IsLoud_AndTellsItsFaults()
    {
        var config = new GatewayConfig();
        await using var gateway = await GatewayFactory.StartAsync(config);
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page["#rejected"]).ToBeHiddenAsync();

        gateway.Save(config.Set("Gateway:Drain:Timeout", "soon").ToString());

        await Expect(page["#rejected"]).ToContainTextAsync("was rejected; configuration 1 stays in force. 1 fault:");
        await Expect(page["#rejected"]).ToContainTextAsync("Gateway:Drain:Timeout");
        await Expect(page["#problems"]).ToContainTextAsync("Reload rejected");

        gateway.Save(config.Set("Gateway:Drain:Timeout", "00:00:00.600").ToString());

        await Expect(page["#configuration"]).ToHaveTextAsync("2");
        await Expect(page["#rejected"]).ToBeHiddenAsync();
        await Expect(page["#reload"]).ToContainTextAsync("applied");
    }

    [Fact]
    public async Task NewConfiguration_BringsAndTakesRows()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address, backend.Address);
        await using var gateway = await GatewayFactory.StartAsync(config);
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page.Destination("d2")).ToBeVisibleAsync();

        gateway.Save(config.Destinations("api", backend.Address).Route("new", "/new", "api").ToString());

        await Expect(page["#route-rows"]).ToContainTextAsync("/new");
        await Expect(page.Destination("d2")).ToHaveCountAsync(0);
        await Expect(page.Destination("d1")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task LostConnection_IsToldPlainly_AndItsReturnToo()
    {
        var config = new GatewayConfig();
        var first = await GatewayFactory.StartAsync(config);
        await using var page = await browser.OpenAsync(first);
        await Expect(page["#state"]).ToHaveTextAsync("Ready");
        config.Set("Kestrel:Endpoints:Management:Url", first.Management.GetLeftPart(UriPartial.Authority)).Route("second", "/second", "api").Destinations("api");

        await first.DisposeAsync();

        await Expect(page["#connection"]).ToBeVisibleAsync();
        await Expect(page["#connection"]).ToContainTextAsync("What is shown is as it was then. Trying again.");
        await Expect(page["body"]).ToHaveClassAsync("lost");

        await using var second = await GatewayFactory.StartAsync(config);

        await Expect(page["#connection"]).ToBeHiddenAsync();
        await Expect(page["#state"]).Not.ToHaveTextAsync("Connection lost");
        await Expect(page["#route-rows"]).ToContainTextAsync("second");
    }

    [Fact]
    public async Task Drain_IsTold_WithWhatItWaitsFor()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:Drain:Timeout", "00:01:00"));
        await using var page = await browser.OpenAsync(gateway);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
        await Expect(page["#in-flight"]).ToHaveTextAsync("1");

        gateway.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Expect(page["#state"]).ToHaveTextAsync("Draining");
        await Expect(page["#problems"]).ToContainTextAsync("Draining: 1 request still in flight");
        await Expect(page["#flight-rows"]).ToContainTextAsync("GET /held");
        release.Open();
        await client.ReadResponseAsync();
        await gateway.DisposeAsync();
        await Expect(page["#state"]).ToHaveTextAsync("Stopped");
        await Expect(page["#connection"]).ToContainTextAsync("The gateway drained and has stopped");
    }
}
