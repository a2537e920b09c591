using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>W3C trace context on its way to the backend.</summary>
public partial class TraceContextTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string ClientSpan = "b7ad6b7169203331";

    [Theory]
    [InlineData("01")]
    [InlineData("00")]
    public async Task Trace_OfTheClient_GoesOnWithASpanOfOurs(string flags)
    {
        var sent = await SendAsync($"traceparent: 00-{TraceId}-{ClientSpan}-{flags}\r\ntracestate: vendor=a,other=b\r\n");

        var parent = Parent().Match(sent["traceparent"]!);
        Assert.Equal((TraceId, flags), (parent.Groups["trace"].Value, parent.Groups["flags"].Value));
        Assert.NotEqual(ClientSpan, parent.Groups["span"].Value);
        Assert.Equal("vendor=a,other=b", sent["tracestate"]);
    }

    [Fact]
    public async Task Trace_WhereThereIsNone_IsMade()
    {
        var sent = await SendAsync("");

        Assert.Matches(Parent(), sent["traceparent"]);
        Assert.Null(sent["tracestate"]);
    }

    [Theory]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("nonsense")]
    public async Task Trace_ThatIsNone_IsMadeAnew(string traceparent)
    {
        var sent = await SendAsync($"traceparent: {traceparent}\r\n");

        Assert.Matches(Parent(), sent["traceparent"]);
        Assert.DoesNotContain(TraceId, sent["traceparent"], StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("01", "vendor=a=b")]
    [InlineData("01", "Vendor=a")]
    [InlineData("01", "vendor=a,vendor=b")]
    [InlineData(null, "vendor=a")]
    public async Task State_ThatIsMalformedOrOfNoTrace_IsDropped(string? flags, string state)
    {
        var parent = flags is null ? "" : $"traceparent: 00-{TraceId}-{ClientSpan}-{flags}\r\n";

        Assert.Null((await SendAsync($"{parent}tracestate: {state}\r\n"))["tracestate"]);
    }

    [Fact]
    public async Task Baggage_IsAHeaderLikeAnyOther() =>
        Assert.Equal("user=a%20b;p=1, x=1", (await SendAsync("baggage: user=a%20b;p=1, x=1\r\n"))["baggage"]);

    [Fact]
    public async Task Trace_OfARetriedRequest_StaysTheSame()
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(closing.Address, serving.Address).InOrder());

        await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{TraceId}-{ClientSpan}-01\r\n\r\n");

        Assert.Equal(TraceId, closing.Received[0]["traceparent"]![3..35]);
        Assert.Equal(TraceId, serving.Received[0]["traceparent"]![3..35]);
        Assert.Equal(TraceId, (await gateway.AccessLog.OfAsync("/x")).GetProperty("traceId").GetString());
    }

    private static async Task<RawMessage> SendAsync(string headers)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        return backend.Received[0];
    }

    [GeneratedRegex("^00-(?<trace>(?!0{32})[0-9a-f]{32})-(?<span>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$")]
    private static partial Regex Parent();
}
