using System.Text.Json;
using Gateway.IntegrationTests.Refusals;
using Gateway.IntegrationTests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gateway.IntegrationTests.Management.Page;

/// <summary>From the <c>traceId</c> of a problem body to what the gate saw.</summary>
[Collection(BrowserTests.Name)]
public class RefusalRecordTests(Browser browser)
{
    // The gates in the order of the record.
    private static readonly string[] Way = ["Client's bucket", "Global bucket", "Route", "Route's bucket", "Health", "Circuit", "Pool", "Upstream"];

    public static TheoryData<string> Situations => [.. ExpectedRefusal.Of.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task RefusedRequest_IsFoundByItsTraceId_WithTheGateThatRefusedIt(string name)
    {
        await using var situation = await Situation.CreateAsync(name);
        var expected = ExpectedRefusal.Of[name];
        var traceId = await RefusedAsync(situation.Gateway, situation.Path);
        await using var page = await browser.OpenAsync(situation.Gateway);

        await Expect(page[$"tr[data-trace='{traceId}']"]).ToContainTextAsync($"{expected.Status} {expected.Title}");
        var record = await page.FindAsync(traceId);

        await Expect(record.Locator("h2")).ToHaveTextAsync($"{expected.Status} {expected.Title}");
        await Expect(record).ToContainTextAsync(traceId);
        await Expect(record).ToContainTextAsync(expected.ProxyStatusError);
        var refused = record.Locator("li[data-end='refused']");
        await Expect(refused).ToContainTextAsync(StepOf(expected));
        // What it saw: a number or a name, in words of its own.
        await Expect(refused.Locator("div").First).ToContainTextAsync(SawOf(name, expected));
        Assert.Equal(Array.IndexOf(Way, StepOf(expected)), await record.Locator("li", new() { HasText = "passed" }).CountAsync());
        Assert.Empty(page.Complaints);
    }

    [Theory]
    [InlineData("  {0}  ")]
    [InlineData("00-{0}-00f067aa0ba902b7-01")]
    [InlineData("{{\"title\":\"No route matches\",\"traceId\":\"{0}\"}}")]
    public async Task TraceId_IsFoundInWhatAUserPastes(string pasted)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var traceId = await RefusedAsync(gateway, "/nowhere");
        await using var page = await browser.OpenAsync(gateway);

        await Expect(await page.FindAsync(string.Format(null, pasted, traceId))).ToContainTextAsync(traceId);
    }

    [Fact]
    public async Task UnknownTraceId_IsSaidToBeUnknown()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        await using var page = await browser.OpenAsync(gateway);

        await page["#trace"].FillAsync("no such trace/../../status");
        await page["#trace"].PressAsync("Enter");

        await Expect(page["#find-answer"]).ToHaveTextAsync("No request that was refused and is still remembered has this trace id.");
        await Expect(page["#decision"]).ToBeHiddenAsync();
    }

    [Fact]
    public async Task AddressWithATrace_OpensItsRecord()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        var traceId = await RefusedAsync(gateway, "/nowhere");

        await using var page = await browser.OpenAsync(gateway, hash: $"#trace/{traceId}");

        await Expect(page["#decision"]).ToContainTextAsync(traceId);
    }

    internal static async Task<string> RefusedAsync(GatewayFactory gateway, string path)
    {
        using var response = await gateway.GetAsync(path);
        return JsonDocument.Parse(await response.TextAsync()).RootElement.Text("traceId")!;
    }

    private static string StepOf(ExpectedRefusal refusal) => refusal switch
    {
        { Scope: "client" } => "Client's bucket",
        { Scope: "global" } => "Global bucket",
        { Scope: "route" } => "Route's bucket",
        { Gate: "route" } => "Route",
        { Gate: "health" } => "Health",
        { Gate: "circuit" } => "Circuit",
        { Gate: "pool" } => "Pool",
        _ => "Upstream",
    };

    private static string SawOf(string situation, ExpectedRefusal refusal) => (situation, refusal.Gate) switch
    {
        (_, "rate-limit") => "of 1 tokens were left",
        ("no route for the method", _) => "takes GET.all: method is GET, wanted PUT",
        (_, "route") => "other: ",
        ("no destination", _) => "The cluster has no destination.",
        ("all weights zero", _) => "d1: weight 0",
        ("probe failed", _) => "d1: connection refused, since",
        (_, "circuit") => "d1: 1 failures in a row",
        (_, "pool") => "d1: 1 permit held by route all",
        _ => $"1. d1: {refusal.ProxyStatusError} after",
    };
}
