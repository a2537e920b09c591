using System.Globalization;
using System.Text.Json;
using Gateway.Refusals;
using Gateway.Telemetry;
using Gateway.Tests.Support;

namespace Gateway.Tests.Telemetry;

/// <summary>Of successes a share is written, of all else everything.</summary>
public sealed class AccessLogSampleTests : AccessLogTestBase
{
    private const string Tenth = "\"SampleRatio\": 0.1";
    private const string NeverWritten = "00-0af7651916cd43ddffffffffffffffff-b7ad6b7169203331-01";

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.1, 800, 1200)]
    [InlineData(0.5, 4700, 5300)]
    [InlineData(1, 10_000, 10_000)]
    public async Task Successes_OfManyTraces_AreWrittenByTheirShare(double ratio, int least, int most)
    {
        var exchanges = Enumerable.Range(0, 10_000).Select(_ => Request("GET", "/", "h").Exchange()).ToArray();

        var lines = await LinesAs(string.Create(CultureInfo.InvariantCulture, $"\"SampleRatio\": {ratio}"), exchanges);

        Assert.InRange(lines.Length, least, most);
    }

    [Fact]
    public async Task Successes_OfOneTrace_AreWrittenTogetherOrNotAtAll()
    {
        var traces = Enumerable.Range(0, 200).Select(_ => TraceContext.Continue(null).ToTraceParent());

        var lines = await LinesAs(Tenth, [.. traces.SelectMany(trace => Enumerable.Range(0, 3).Select(_ => Request("GET", "/", "h", trace).Exchange()))]);

        Assert.All(lines.GroupBy(line => JsonDocument.Parse(line).RootElement.GetProperty("traceId").GetString()), trace => Assert.Equal(3, trace.Count()));
        Assert.InRange(lines.Length, 3, 300);
    }

    [Theory]
    [InlineData(399, 0)]
    [InlineData(400, 1)]
    [InlineData(503, 1)]
    public async Task Errors_OfATraceThatIsLeftOut_AreWritten(int status, int expected)
    {
        var context = Request("GET", "/", "h", NeverWritten);
        context.Response.StatusCode = status;

        Assert.Equal(expected, (await LinesAs(Tenth, context.Exchange())).Length);
    }

    [Fact]
    public async Task Refusal_WithTheStatusOfASuccess_IsWritten()
    {
        // As gRPC clients get it.
        var context = Request("POST", "/", "h", NeverWritten);
        context.Request.ContentType = "application/grpc";
        await RefusalWriter.WriteAsync(context, RequestRefusal.Unexpected);

        Assert.Equal(200, context.Response.StatusCode);
        Assert.Single(await LinesAs(Tenth, context.Exchange()));
    }

    [Fact]
    public async Task Request_ThatWasAborted_IsWritten()
    {
        var exchange = Request("GET", "/", "h", NeverWritten).Exchange();
        exchange.Aborted = true;

        Assert.Single(await LinesAs(Tenth, exchange));
    }
}
