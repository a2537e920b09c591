using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Tests.Telemetry;

/// <summary>Apache's combined format.</summary>
public sealed class AccessLogCombinedTests : AccessLogTestBase
{
    [Fact]
    public async Task Line_OfARequest_IsAsApacheWritesIt()
    {
        var context = Request("GET", "/apache pb.gif", "h");
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/apache%20pb.gif?secret=1";
        context.Request.Headers.Referer = "http://www.example.com/start.html?secret=2";
        context.Request.Headers.UserAgent = "Mozilla/4.08 [en] (Win98; I ;Nav)";
        var exchange = context.Exchange();
        exchange.ResponseBody = new ResponseBody(context.Features.Get<IHttpResponseBodyFeature>()!);
        await exchange.ResponseBody.WriteAsync(new byte[2326], TestContext.Current.CancellationToken);
        Time.Advance(TimeSpan.FromSeconds(90));
        exchange.Ended = Time.GetTimestamp();

        Assert.Equal("""
            10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET /apache%20pb.gif HTTP/1.1" 200 2326 "http://www.example.com/start.html" "Mozilla/4.08 [en] (Win98; I ;Nav)"
            """, await LineOf(context));
    }

    [Fact]
    public async Task Line_OfARequestThatSaysNothing_HasDashes()
    {
        var context = Request("GET", "/", "h");
        context.Request.Protocol = "HTTP/2";
        context.Connection.RemoteIpAddress = null;

        Assert.Equal("""- - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/2.0" 200 - "-" "-" """.TrimEnd(), await LineOf(context));
    }

    [Theory]
    [InlineData("a\"b", "a\\\"b")]
    [InlineData("a\\b", "a\\\\b")]
    [InlineData("a\n127.0.0.1 - -", "a\\n127.0.0.1 - -")]
    [InlineData("\r\t\b\v\f", "\\r\\t\\b\\v\\x0c")]
    [InlineData("\u001b[31m\u0000\u007f", "\\x1b[31m\\x00\\x7f")]
    [InlineData("é\u2028\u0085", "\\xc3\\xa9\\xe2\\x80\\xa8\\xc2\\x85")]
    [InlineData("😀", "\\xf0\\x9f\\x98\\x80")]
    public async Task Value_OfAHostileRequest_IsEscaped(string value, string expected)
    {
        var context = Request(value, "/", "h");
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = value;
        context.Request.Headers.UserAgent = FieldText.Encode(value);

        Assert.Equal($"""10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "{expected} {expected} HTTP/1.1" 200 - "-" "{expected}" """.TrimEnd(), await LineOf(context));
    }

    [Theory]
    [InlineData("https://user:password@shop.example/start", "https://shop.example/start")]
    [InlineData("https://user:p@ssword@shop.example", "https://shop.example")]
    [InlineData("https://password@shop.example:8443/?q=a@b", "https://shop.example:8443/")]
    [InlineData("//user:password@shop.example/", "//shop.example/")]
    [InlineData("http:\\\\user:password@shop.example\\x", "http:\\\\shop.example\\x")]
    [InlineData("https://shop.example/@user//x:y@z", "https://shop.example/@user//x:y@z")]
    [InlineData("/@user", "/@user")]
    [InlineData("android-app://com.example@x", "android-app://x")]
    public async Task Address_WithAPassword_IsWrittenWithout(string address, string expected)
    {
        var context = Request("GET", "/", "h");
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = address;
        context.Request.Headers.Referer = address;
        var escaped = expected.Replace("\\", "\\\\", StringComparison.Ordinal);

        Assert.Equal($"""10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET {escaped} HTTP/1.1" 200 - "{escaped}" "-" """.TrimEnd(), await LineOf(context));
    }

    [Fact]
    public async Task Value_WithHalfACharacter_IsReplaced()
    {
        var context = Request("GET", "/", "h");
        context.Request.Headers.UserAgent = "a" + (char)0xd800;

        Assert.EndsWith("""  "a\xef\xbf\xbd" """.Trim(), await LineOf(context), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_OfARequestFromBeforeTheFormatChanged_IsWrittenAllTheSame()
    {
        Log.Apply(Configured(""));
        Log.Ended(Request("GET", "/old", "h").Exchange());

        var lines = await LinesAs("\"Format\": \"Combined\"", Request("GET", "/new", "h").Exchange());

        Assert.Contains("GET /old HTTP/1.1", lines[0], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }

    private async Task<string> LineOf(DefaultHttpContext context)
    {
        var feature = context.Features.Get<IHttpRequestFeature>()!;
        if (feature.RawTarget.Length == 0)
            feature.RawTarget = context.Request.Path.Value!;
        return Assert.Single(await LinesAs("\"Format\": \"combined\", \"ClientAddress\": \"Full\"", context.Exchange()));
    }
}
