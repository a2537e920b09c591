using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using Microsoft.Playwright;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>
/// The pictures of the page in the README: a gateway with traffic and some trouble. Made by hand, as its five minutes
/// of history take five minutes: <c>Gateway.IntegrationTests -explicit only -class "*PageScreenshots"</c>.
/// </summary>
[Collection(BrowserTests.Name)]
public class PageScreenshots(Browser browser)
{
    private static readonly TimeSpan History = TimeSpan.FromMinutes(5);

    [Fact(Explicit = true)]
    public async Task Take()
    {
        await using var fast = ScriptedBackend.Start(Answering(() => 4 + (Random.Shared.NextDouble() * 14)));
        await using var slow = ScriptedBackend.Start(Answering(() => 300 + (Random.Shared.NextDouble() * 900)));
        await using var broken = ScriptedBackend.Start(Scripts.CloseUnanswered);
        using var dead = new RefusingPort();
        await using var gateway = await GatewayFactory.StartAsync(Config(fast.Address, slow.Address, broken.Address, dead.Address));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var clients = Clients(gateway, ending.Token).ToList();
        await Task.Delay(History, ending.Token);

        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var page = await browser.OpenAsync(gateway, new() { ColorScheme = scheme, ViewportSize = new() { Width = 1280, Height = 1300 } });
            await Assertions.Expect(page["#problems"]).ToContainTextAsync("payments-b");
            await page.Page.ScreenshotAsync(new() { Path = Path.Combine(BuildOutput.Repository, ".github", $"page-{scheme.ToString().ToLowerInvariant()}.png") });
        }

        await ending.CancelAsync();
        await Task.WhenAll(clients);
    }

    private static Support.GatewayConfig Config(Uri fast, Uri slow, Uri broken, Uri dead) => new Support.GatewayConfig()
        .Probing("00:00:02")
        .Set("Gateway:Management:FullClientAddresses", true)
        .Limit("Gateway:RateLimit:Global", 1000, "00:00:01")
        .Limit("Gateway:RateLimit:PerClient", 30, "00:00:01").Set("Gateway:RateLimit:PerClient:Key", "Header:X-Api-Key")
        .Route("orders", "/orders/{**rest}", "orders").Destination("orders", "orders-1", fast).Destination("orders", "orders-2", fast).Destination("orders", "orders-3", fast, weight: 3)
        .Route("payments", "/payments", "payments").Destination("payments", "payments-a", fast).Destination("payments", "payments-b", dead)
        .Route("images", "/images/{name}", "images").Destination("images", "images-1", slow).Set("ReverseProxy:Clusters:images:Pool:PermitsPerDestination", 4)
        .Route("search", "/search", "search").Destination("search", "search-1", broken).Destination("search", "search-2", fast);

    private static IEnumerable<Task> Clients(GatewayFactory gateway, CancellationToken ending) =>
    [
        .. Enumerable.Range(1, 5).Select(i => AskAsync(gateway, $"shop-{i}", $"/orders/{i}", 80, ending)),
        .. Enumerable.Repeat("nightly-import", 8).Select(client => AskAsync(gateway, client, "/orders/import", 100, ending)),
        AskAsync(gateway, "shop-1", "/payments", 150, ending),
        AskAsync(gateway, "shop-2", "/search", 200, ending),
        .. Enumerable.Range(1, 5).Select(i => AskAsync(gateway, $"app-{i}", "/images/cat.png", 120, ending)),
        AskAsync(gateway, "crawler", "/wp-login.php", 20_000, ending),
    ];

    private static async Task AskAsync(GatewayFactory gateway, string client, string path, int pause, CancellationToken ending)
    {
        try
        {
            while (true)
            {
                (await gateway.Client.SendAsync(HttpMethod.Get, path, ("X-Api-Key", client))).Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + Random.Shared.NextDouble())), ending);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The picture is taken.
        }
    }

    private static Func<ScriptedConnection, Task> Answering(Func<double> milliseconds) => async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds()), connection.Stopping);
            await connection.AnswerAsync("ok");
        }
    };
}

file static class NamedDestinations
{
    public static Support.GatewayConfig Destination(this Support.GatewayConfig config, string cluster, string id, Uri address, int weight = 1) =>
        config.Set($"ReverseProxy:Clusters:{cluster}:Destinations:{id}:Address", address.ToString()).Set($"ReverseProxy:Clusters:{cluster}:Destinations:{id}:Weight", weight);
}
