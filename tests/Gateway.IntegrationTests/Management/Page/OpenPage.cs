using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>The page in a browser's window, with what the browser complained of.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    /// <summary>How long the page may take: browsers on a busy machine are slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly IBrowserContext _context;

    private OpenPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                Complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
        page.Request += (_, request) => Requests.Enqueue(new(request.Url));
    }

    public IPage Page { get; }

    /// <summary>Errors and warnings on the console, broken security policies and uncaught exceptions among them.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Everything that the page asked for.</summary>
    public ConcurrentQueue<Uri> Requests { get; } = [];

    /// <summary>The elements that a CSS selector finds.</summary>
    public ILocator this[string selector] => Page.Locator(selector);

    public static async Task<OpenPage> CreateAsync(IBrowserContext context, Uri address)
    {
        var page = new OpenPage(context, await context.NewPageAsync());
        await page.Page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>A destination's row.</summary>
    public ILocator Destination(string id, string cluster = Support.GatewayConfig.ClusterId) => this[$"[id='destination/{cluster}/{id}']"];

    /// <summary>Looks for a trace id by the field, and waits for its record.</summary>
    public async Task<ILocator> FindAsync(string traceId)
    {
        await this["#trace"].FillAsync(traceId);
        await this["#trace"].PressAsync("Enter");
        await Assertions.Expect(this["#decision"]).ToBeVisibleAsync();
        return this["#decision"];
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();
}
