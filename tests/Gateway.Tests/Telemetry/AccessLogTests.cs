using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Telemetry;

public sealed class AccessLogTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TestMeters _meters = new();
    private readonly Output _output = new();
    private readonly AccessLog _log;

    public AccessLogTests() => _log = new AccessLog(_output, _time, _meters, new RecordingLogger<AccessLog>());

    public void Dispose()
    {
        _log.Dispose();
        _meters.Dispose();
    }

    [Fact]
    public async Task Line_OfAForwardedRequest_TellsAllThatTheContractNames()
    {
        var context = Request("GET", "/api/café", "example.org:8080");
        context.Request.QueryString = new QueryString("?secret=1");
        context.Response.StatusCode = 206;
        var exchange = context.Exchange();
        (exchange.Route, exchange.Cluster, exchange.Destination, exchange.Attempts) = ("r", "c", "d", 2);
        exchange.UpstreamDuration = TimeSpan.FromMicroseconds(1234);
        _time.Advance(TimeSpan.FromMilliseconds(1500));
        exchange.Ended = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(2));

        var line = (await Lines(exchange)).Single();

        Assert.Equal($$"""
            {"time":"2026-01-02T03:04:06.5+00:00","method":"GET","host":"example.org:8080","path":"/api/café","protocol":"HTTP/1.1","status":206,"bytesIn":0,"bytesOut":0,"duration":1.500000,"upstreamDuration":0.001234,"route":"r","cluster":"c","destination":"d","attempts":2,"client":"10.0.0.7","traceId":"{{exchange.Trace.TraceId}}"}
            """, line);
    }

    [Fact]
    public async Task Line_OfARefusal_NamesTheGate()
    {
        var context = Request("GET", "/", "h");
        await Gateway.Refusals.RefusalWriter.WriteAsync(context, Gateway.Refusals.RequestRefusal.Unexpected);
        context.Exchange().Aborted = true;

        var line = JsonDocument.Parse((await Lines(context.Exchange())).Single()).RootElement;

        Assert.Equal(("gateway", 500, true), (line.GetProperty("gate").GetString(), line.GetProperty("status").GetInt32(), line.GetProperty("aborted").GetBoolean()));
        Assert.False(line.TryGetProperty("upstreamDuration", out _));
    }

    [Theory]
    [InlineData("/a\n{\"status\":200}")]
    [InlineData("/a\r\n")]
    [InlineData("/\"},{\"")]
    [InlineData("/a\\")]
    [InlineData("/\u0000\u0007\u001b[31m\u007f\u0085")]
    [InlineData("/\ud800x")]
    [InlineData("/\u2028\u2029")]
    public async Task Line_OfAHostileRequest_IsOneLineWithTheValueInIt(string path)
    {
        var context = Request(path[1..], path, path[1..]);

        var line = (await Lines(context.Exchange())).Single();

        var json = JsonDocument.Parse(line).RootElement;
        var expected = path.Replace('\ud800', '\ufffd');
        Assert.Equal((expected, expected[1..], expected[1..]),
            (json.GetProperty("path").GetString(), json.GetProperty("method").GetString(), json.GetProperty("host").GetString()));
        Assert.DoesNotContain(line, c => c < ' ');
    }

    [Theory]
    [InlineData("xn--999999b")]
    [InlineData("xn--a-.xn--")]
    [InlineData("[::1")]
    [InlineData("")]
    public async Task Line_OfAHostThatIsNoName_IsWrittenAllTheSame(string host)
    {
        var line = (await Lines(Request("GET", "/", host).Exchange())).Single();

        Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty("host", out _));
    }

    [Fact]
    public async Task Lines_OfManyRequests_KeepTheirOrder()
    {
        var exchanges = Enumerable.Range(0, 5000).Select(i => Request("GET", $"/{i}", "h").Exchange()).ToArray();

        var lines = await Lines(exchanges);

        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"/{i}"), lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()));
    }

    [Fact]
    public async Task Lines_BeyondTheQueue_AreDroppedAndCounted()
    {
        var exchange = Request("GET", "/", "h").Exchange();

        var lines = await Lines([.. Enumerable.Repeat(exchange, 16 * 1024 + 100)]);

        Assert.Equal(16 * 1024, lines.Length);
        Assert.Contains("gateway_access_log_dropped{} 100", _meters.Observe());
    }

    [Fact]
    public async Task Lines_WhileDisabled_AreNotWritten()
    {
        _log.Apply(House.Read("""{ "Gateway": { "AccessLog": { "Enabled": false } }, "ReverseProxy": { "Routes": {} } }"""));
        _log.Ended(Request("GET", "/", "h").Exchange());

        await _log.StartAsync(TestContext.Current.CancellationToken);
        await _log.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, _output.Bytes.WrittenCount);
    }

    private async Task<string[]> Lines(params Exchange[] exchanges)
    {
        _log.Apply(House.Read("""{ "ReverseProxy": { "Routes": {} } }"""));
        foreach (var exchange in exchanges)
            _log.Ended(exchange);
        await _log.StartAsync(TestContext.Current.CancellationToken);
        await _log.StopAsync(TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(_output.Bytes.WrittenSpan).Split('\n')[..^1];
    }

    private DefaultHttpContext Request(string method, string path, string host)
    {
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Path, context.Request.Headers.Host) = (method, path, host);
        context.Request.Protocol = "HTTP/1.1";
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:10.0.0.7");
        return context.WithExchange(_time.GetTimestamp());
    }

    private sealed class Output : StandardOutput
    {
        public ArrayBufferWriter<byte> Bytes { get; } = new();

        public override void Write(ReadOnlySpan<byte> lines) => Bytes.Write(lines);
    }
}
