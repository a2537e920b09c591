using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>Bytes that a client chose so as to end a line, begin one of its own, or speak to a terminal.</summary>
public sealed partial class AccessLogForgeryTests
{
    private static readonly string[] Hostile =
    [
        "GET /%0A{%22status%22:200}%0D HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%E2%80%A8%E2%80%A9%C2%85 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%1b[2J%1b[31m%00%7f HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%ff%c0%af%ed%a0%80%22%5c HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\\\"\u001b[31m HTTP/1.1\r\nHost: x\r\n\r\n",
        "G'E|T`~ /m HTTP/1.1\r\nHost: a\"b\r\n\r\n",
        "GET /h HTTP/1.1\r\nHost: xn--999999b\r\n\r\n",
        "GET /u HTTP/1.1\r\nHost: x\r\nUser-Agent: a\" \"b\\\u001b[31m\t\u007f\r\nReferer: \\\"?secret\r\n\r\n",
        "GET /l HTTP/1.1\r\nHost: x\r\nUser-Agent: \u00ff\u00e2\u0080\u00a8\u0085\r\n\r\n",
        "GET /folded HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\n b\r\n\r\n",
        "GET http://other/absolute?secret HTTP/1.1\r\nHost: other\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        $"GET /{new string('a', 6000)}?secret HTTP/1.1\r\nHost: {new string('h', 200)}\r\nReferer: {new string('r', 6000)}\r\n\r\n",
    ];

    [Fact]
    public async Task Requests_ThatWouldForgeLines_MakeOneJsonObjectEach()
    {
        var lines = await LinesAsync("Json");

        Assert.All(lines, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        Assert.Contains(lines, line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString() == "/\n{\"status\":200}\r");
    }

    [Fact]
    public async Task Requests_ThatWouldForgeLines_MakeOneCombinedLineEach()
    {
        var lines = await LinesAsync("Combined");

        Assert.All(lines, line => Assert.Matches(CombinedLine(), line));
        Assert.All(lines, line => Assert.DoesNotContain(line, character => character is < ' ' or > '~'));
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(string format)
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Set("Gateway:AccessLog:Format", format));
        foreach (var request in Hostile)
        {
            using var client = await RawClient.ConnectAsync(gateway.Traffic);
            await client.SendAsync(request);
            // Some the server itself does not take; those have no line.
            await client.ReadHeadAsync();
        }
        await RawClient.AskAsync(gateway.Traffic, "GET /last HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.TrueAsync(() => gateway.AccessLog.Texts.Any(line => line.Contains("/last", StringComparison.Ordinal)), "the last request's line");
        var lines = gateway.AccessLog.Texts;
        Assert.InRange(lines.Count, 6, Hostile.Length + 1);
        Assert.All(lines, line => Assert.InRange(Encoding.UTF8.GetByteCount(line), 1, 5_000));
        Assert.All(lines, line => Assert.DoesNotContain("secret", line, StringComparison.Ordinal));
        // What some readers of lines take for an end of one besides the line feed.
        Assert.All(lines, line => Assert.DoesNotContain(line, character => character is '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' or '\u001b'));
        return lines;
    }

    [GeneratedRegex("""^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] "(\\.|[^"\\])*" \d{3} (\d+|-) "(\\.|[^"\\])*" "(\\.|[^"\\])*"$""")]
    private static partial Regex CombinedLine();
}
