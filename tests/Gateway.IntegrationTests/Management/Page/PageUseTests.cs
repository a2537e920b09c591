using Gateway.IntegrationTests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>The page for those who use a keyboard, a phone or a screen reader, and against those who mean harm.</summary>
[Collection(BrowserTests.Name)]
public class PageUseTests(Browser browser)
{
    private const int MostTabs = 60;

    [Fact]
    public async Task Keyboard_ReachesSearchAndARefusal_OpensItsRecordAndClosesIt()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        (await gateway.GetAsync("/nowhere")).Dispose();
        await using var page = await browser.OpenAsync(gateway);
        var row = page["#refusal-rows button"];
        await Expect(row).ToBeVisibleAsync();

        await page.Page.Keyboard.PressAsync("Tab");
        await Expect(page[".skip"]).ToBeFocusedAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page["main"]).ToBeFocusedAsync();
        await TabToAsync(page, "clusters-search");
        await TabToAsync(page, row);
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page["#decision"]).ToBeVisibleAsync();
        Assert.True(await page["#decision"].EvaluateAsync<bool>("dialog => dialog.contains(document.activeElement)"));
        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(page["#decision"]).ToBeHiddenAsync();
        await Expect(row).ToBeFocusedAsync();
        await TabToAsync(page, "routes-search");
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Slash_FocusesTheSearchOfRoutes_WhichNarrowsThem()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri("http://127.0.0.1:9/")).Route("orders", "/orders/{id}", "api"));
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page["#route-rows tr"]).ToHaveCountAsync(2);

        await page.Page.Keyboard.PressAsync("/");
        await page.Page.Keyboard.TypeAsync("ORDERS/");

        await Expect(page["#route-rows tr"]).ToHaveCountAsync(1);
        await Expect(page["#route-rows"]).ToContainTextAsync("/orders/{id}");
        await Expect(page["#routes-sum"]).ToHaveTextAsync("1 of 2 routes");
    }

    [Fact]
    public async Task Refusals_DoNotMoveUnderThePointer()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        (await gateway.GetAsync("/first")).Dispose();
        await using var page = await browser.OpenAsync(gateway);
        await page["#refusal-rows tr"].HoverAsync();
        await Expect(page["#refusal-rows tr:hover"]).ToHaveCountAsync(1);

        (await gateway.GetAsync("/second")).Dispose();

        await Expect(page["#refusals-sum"]).ToHaveTextAsync("the last 2; the trace id opens what each gate saw; the list waits while you are on it");
        await Expect(page["#refusal-rows tr"]).ToHaveCountAsync(1);
        await page["h1"].HoverAsync();
        await Expect(page["#refusal-rows tr"]).ToHaveCountAsync(2);
        await Expect(page["#refusal-rows tr"].First).ToContainTextAsync("/second");
    }

    [Fact]
    public async Task HostileText_IsShownAsText()
    {
        const string Hostile = "/<img src=x onerror=alert(1)>";
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        await RawClient.AskAsync(gateway.Traffic, "GET /%3Cimg%20src=x%20onerror=alert(1)%3E HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
        await using var page = await browser.OpenAsync(gateway);

        await Expect(page["#refusal-rows"]).ToContainTextAsync($"GET evil.example{Hostile}");
        await page["#refusal-rows button"].ClickAsync();
        await Expect(page["#decision"]).ToContainTextAsync(Hostile);

        await Expect(page["img"]).ToHaveCountAsync(0);
        Assert.Empty(page.Complaints);
    }

    [Fact]
    public async Task Page_AsksNobodyElse()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri("http://127.0.0.1:9/")));
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page.Destination("d1")).ToBeVisibleAsync();

        Assert.All(page.Requests.Where(request => request.Scheme != "data"), request => Assert.Equal(gateway.Management.Authority, request.Authority));
        Assert.Empty(page.Complaints);
    }

    [Theory]
    [InlineData(360)]
    [InlineData(800)]
    [InlineData(1280)]
    public async Task Page_IsAsWideAsItsWindow(int width)
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://{new string('a', 60)}.example/")).Limit("Gateway:RateLimit:PerClient", 1));
        (await gateway.GetAsync($"/{new string('b', 300)}")).Dispose();
        (await gateway.GetAsync($"/{new string('c', 300)}")).Dispose();
        await using var page = await browser.OpenAsync(gateway, new() { ViewportSize = new() { Width = width, Height = 800 } });
        await Expect(page["#refusal-rows tr"]).Not.ToHaveCountAsync(0);

        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        await page["#refusal-rows button"].First.ClickAsync();
        await Expect(page["#decision"]).ToBeVisibleAsync();
        Assert.Equal(width, await page.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task EveryHeaderCellHasAScope_AndEveryFieldAName()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri("http://127.0.0.1:9/")));
        await using var page = await browser.OpenAsync(gateway);
        await Expect(page.Destination("d1")).ToBeVisibleAsync();

        await Expect(page["th:not([scope])"]).ToHaveCountAsync(0);
        await Expect(page["table:not([aria-label], [aria-labelledby], :has(caption))"]).ToHaveCountAsync(0);
        await Expect(page["h1"]).ToHaveCountAsync(1);
        await Expect(page.Page.GetByRole(AriaRole.Main)).ToHaveCountAsync(1);
        await Expect(page.Page.GetByLabel("Trace id", new() { Exact = true })).ToHaveAttributeAsync("id", "trace");
        await Expect(page.Page.GetByLabel("Search routes")).ToHaveAttributeAsync("id", "routes-search");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_StandsOutFromItsGround(ColorScheme scheme)
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri("http://127.0.0.1:9/")));
        await using var page = await browser.OpenAsync(gateway, new() { ColorScheme = scheme });

        var contrasts = await page.Page.EvaluateAsync<Dictionary<string, double>>(Contrasts);

        // The ratio that WCAG 2 asks for at level AA.
        Assert.All(contrasts, contrast => Assert.True(contrast.Value >= 4.5, $"{contrast.Key}: {contrast.Value}"));
        Assert.Equal(15, contrasts.Count);
    }

    private const string Contrasts =
        """
        () => {
          const probe = document.body.appendChild(document.createElement("span"));
          const luminance = name => {
            probe.style.color = `var(--${name})`;
            const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g).map(Number).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const result = {};
          for (const ground of ["ground", "raised", "bad-ground"])
            for (const text of ["text", "muted", "accent", "ok", "bad"]) {
              const [low, high] = [luminance(ground), luminance(text)].sort((a, b) => a - b);
              result[`${text} on ${ground}`] = (high + 0.05) / (low + 0.05);
            }
          return result;
        }
        """;

    private static Task TabToAsync(OpenPage page, string id) => TabToAsync(page, page[$"#{id}"]);

    private static async Task TabToAsync(OpenPage page, ILocator target)
    {
        for (var i = 0; i < MostTabs; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            if (await target.EvaluateAsync<bool>("node => node === document.activeElement"))
                return;
        }
        Assert.Fail($"{target} is not reached.");
    }
}
