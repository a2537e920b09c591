using Gateway.IntegrationTests.Support;
using Microsoft.Playwright;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>The tests that look at the page in a browser: one after the other, in one browser.</summary>
[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "Browser";
}

/// <summary>Chromium without a screen. Without one on the machine the tests that need it are skipped.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Find() is not { } path)
            return;
        _playwright = await Playwright.CreateAsync();
        // Chromium's own sandbox does not start for root, as whom containers run.
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--no-sandbox"] });
        Assertions.SetDefaultExpectTimeout((float)OpenPage.Patience.TotalMilliseconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
            await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a gateway's page in a window of its own, and waits for its first numbers.</summary>
    internal async Task<OpenPage> OpenAsync(GatewayFactory gateway, BrowserNewContextOptions? window = null, string hash = "")
    {
        if (_browser is null)
            Assert.Skip($"None of {string.Join(", ", Names)} is on the PATH: apt-get install chromium.");
        var context = await _browser.NewContextAsync(window);
        var page = await OpenPage.CreateAsync(context, new Uri(gateway.Management, $"/{hash}"));
        await Assertions.Expect(page["#version"]).Not.ToHaveTextAsync("–");
        return page;
    }

    private static string? Find() =>
        (from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
         from name in Names
         select Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
