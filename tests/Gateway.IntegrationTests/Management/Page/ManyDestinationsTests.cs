using Gateway.IntegrationTests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>A thousand destinations on one page.</summary>
[Collection(BrowserTests.Name)]
public class ManyDestinationsTests(Browser browser)
{
    private const int Destinations = 1000;

    [Fact]
    public async Task HealthyDestinations_AreOneLine_UntilSomebodyAsksForThem()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To([.. Enumerable.Repeat(backend.Address, Destinations)]));

        await using var page = await browser.OpenAsync(gateway);

        await Expect(page["#clusters-sum"]).ToHaveTextAsync("1 cluster, 1,000 of 1,000 destinations can serve");
        await Expect(page["tr.destination"]).ToHaveCountAsync(0);
        await TellTimesAsync(page);
        await page["#clusters button:has-text('Show 1,000 destinations without trouble')"].ClickAsync();
        await Expect(page["tr.destination"]).ToHaveCountAsync(100);
        await page["#clusters-search"].FillAsync("d777");
        await Expect(page["tr.destination"]).ToHaveCountAsync(1);
        await Expect(page.Destination("d777")).ToBeVisibleAsync();
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task DestinationsInTrouble_AreShownAlone()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var dead = new RefusingPort();
        var addresses = Enumerable.Repeat(backend.Address, 200).Append(dead.Address).ToList();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(addresses).Probing(interval: "00:00:02"));

        await using var page = await browser.OpenAsync(gateway);

        await Expect(page.Destination("d201")).ToContainTextAsync("Down");
        await Expect(page["tr.destination"]).ToHaveCountAsync(1);
        await Expect(page["#problems"]).ToContainTextAsync("1 destination down: d201 of api");
    }

    // Told, not asserted: how long it takes is the machine's business as well.
    private static async Task TellTimesAsync(OpenPage page)
    {
        var paint = await page.Page.EvaluateAsync<double>("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0");
        TestContext.Current.SendDiagnosticMessage($"First contentful paint with {Destinations} destinations: {paint:F0} ms.");
        Assert.True(paint > 0);
    }
}
