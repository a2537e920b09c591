using System.Buffers;
using System.Text;
using Gateway.Telemetry.Scraping;
using Gateway.Tests.Support;

namespace Gateway.Tests.Telemetry.Scraping;

/// <summary>What of a scrape's text goes on.</summary>
public sealed class ScrapeTextTests
{
    // What is gone begins with a minus.
    private const string Marked = """
        # TYPE gateway_access_log_dropped_total counter
        gateway_access_log_dropped_total{} 0
        # TYPE gateway_request_duration_seconds histogram
        # HELP gateway_request_duration_seconds The whole exchange.
        -gateway_request_duration_seconds_bucket{route="gone",cluster="c",le="0.5"} 1
        -gateway_request_duration_seconds_bucket{route="gone",cluster="c",le="+Inf"} 1 # {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"} 0.3 1
        -gateway_request_duration_seconds_sum{route="gone",cluster="c"} 0.3
        -gateway_request_duration_seconds_count{route="gone",cluster="c"} 1
        gateway_request_duration_seconds_bucket{route="r",cluster="c",le="0.5"} 1
        gateway_request_duration_seconds_bucket{route="r",cluster="c",le="+Inf"} 1
        gateway_request_duration_seconds_sum{route="r",cluster="c"} 0.3
        -gateway_request_duration_seconds_bucket{route="r",cluster="gone",le="0.5"} 1
        -gateway_request_duration_seconds_bucket{route="r",cluster="gone",le="+Inf"} 1
        -gateway_request_duration_seconds_sum{route="r",cluster="gone"} 0.3
        gateway_request_duration_seconds_count{route="",cluster=""} 1
        gateway_request_duration_seconds_count{otel_metric_overflow="true"} 1
        gateway_request_duration_seconds_count{route="a\"} \\n\nb",cluster="c"} 1
        # TYPE gateway_upstream_duration_seconds histogram
        -gateway_upstream_duration_seconds_count{cluster="c",destination="two"} 1
        gateway_upstream_duration_seconds_count{cluster="C",destination="ONE"} 1
        -gateway_upstream_duration_seconds_count{cluster="gone",destination="one"} 1
        # TYPE gateway_requests_in_flight gauge
        gateway_requests_in_flight 0
        # TYPE gateway_rate_limit_tokens gauge
        gateway_rate_limit_tokens{scope="route",route="r"} 1
        gateway_rate_limit_tokens{scope="route",route="a\"} \\n\nb"} 1
        # TYPE kestrel_active_connections gauge
        kestrel_active_connections{server_address="127.0.0.1",server_port="8080"} 1
        # EOF

        """;

    private static readonly string All = Marked.Replace("\n-", "\n", StringComparison.Ordinal);

    private static readonly string There = string.Concat(Marked.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line[0] != '-').Select(line => line + '\n'));

    private readonly LiveIds _live = new();

    public ScrapeTextTests() => _live.Apply(House.Read("""
        { "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "c", "Match": { "Path": "/" } }, "a\"} \\n\nb": { "ClusterId": "c", "Match": { "Path": "/b" } } },
            "Clusters": { "c": { "Destinations": { "one": { "Address": "http://one.example:9001/" } } } } } }
        """));

    public static TheoryData<int> Parts => [1, 2, 7, 64, 100_000];

    [Theory]
    [MemberData(nameof(Parts))]
    public void Series_OfWhatIsGone_AreLeftOutHoweverTheTextComes(int part) => Assert.Equal(There, Write(All, part));

    [Fact]
    public void Series_BeforeTheFirstConfiguration_AreAllThere() => Assert.Equal(All, Write(All, 100_000, live: new LiveIds()));

    [Theory]
    [InlineData(true, """# {trace_id="0af7651916cd43dd8448eb211c80319c"} 0.3 1""")]
    [InlineData(false, """# {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"} 0.3 1""")]
    public void Example_NamesASpanOnlyWhereThereIsOne(bool hidesSpans, string expected)
    {
        const string line = "# TYPE gateway_request_duration_seconds histogram\n" + """gateway_request_duration_seconds_bucket{route="r",cluster="c",le="+Inf"} 1 """;

        var told = Write(line + "# {trace_id=\"0af7651916cd43dd8448eb211c80319c\",span_id=\"b7ad6b7169203331\"} 0.3 1\n# EOF\n", 100_000, hidesSpans: hidesSpans);

        Assert.Equal(line + expected + "\n# EOF\n", told);
    }

    private string Write(string text, int part, LiveIds? live = null, bool hidesSpans = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var scrape = new ScrapeText(live ?? _live, output, hidesSpans);
        foreach (var bytes in Encoding.UTF8.GetBytes(text).Chunk(part))
            scrape.Write(bytes);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
