using System.Text.Json;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Telemetry;

public sealed class AccessLogTests : AccessLogTestBase
{
    [Fact]
    public async Task Line_OfAForwardedRequest_TellsAllThatTheContractNames()
    {
        var context = Request("GET", "/api/café", "example.org:8080");
        context.Request.QueryString = new QueryString("?secret=1");
        context.Response.StatusCode = 206;
        var exchange = context.Exchange();
        (exchange.Route, exchange.Cluster, exchange.Destination, exchange.Attempts) = ("r", "c", "d", 2);
        exchange.UpstreamDuration = TimeSpan.FromMicroseconds(1234);
        Time.Advance(TimeSpan.FromMilliseconds(1500));
        exchange.Ended = Time.GetTimestamp();
        Time.Advance(TimeSpan.FromSeconds(2));

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
        Assert.Contains("gateway_access_log_dropped{} 100", Metering.Observe());
    }

    [Fact]
    public async Task Lines_WhileDisabled_AreNotWritten()
    {
        Log.Apply(Configured("\"Enabled\": false"));
        Log.Ended(Request("GET", "/", "h").Exchange());

        await Log.StartAsync(TestContext.Current.CancellationToken);
        await Log.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, Written.Bytes.WrittenCount);
    }

    [Fact]
    public async Task Line_OfMoreThanAnybodyReads_IsCutWithAnEllipsis()
    {
        var text = "/" + new string('a', 5000);

        var json = JsonDocument.Parse((await Lines(Request("GET", text, text[1..]).Exchange())).Single()).RootElement;

        Assert.Equal("/" + new string('a', 2046) + "…", json.GetProperty("path").GetString());
        Assert.Equal(new string('a', 2047) + "…", json.GetProperty("host").GetString());
    }

    [Fact]
    public async Task Line_CutWithinACharacter_LeavesTheCharacterOut()
    {
        var path = "/" + new string('a', 2045) + "😀" + new string('a', 100);

        var json = JsonDocument.Parse((await Lines(Request("GET", path, "h").Exchange())).Single()).RootElement;

        Assert.Equal("/" + new string('a', 2045) + "…", json.GetProperty("path").GetString());
    }

    [Fact]
    public async Task Line_WithFields_HasThoseInThatOrder()
    {
        var lines = await LinesAs("""
            "Fields": ["status", "Path", "gate", "bytesIn"]
            """, Request("GET", "/x", "h").Exchange());

        Assert.Equal(["""{"status":200,"path":"/x","bytesIn":0}"""], lines);
    }

    [Theory]
    [InlineData("10.1.2.3", "10.1.2.0")]
    [InlineData("::ffff:10.1.2.3", "10.1.2.0")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1::")]
    [InlineData("fe80::1%3", "fe80::")]
    public async Task Line_WithShortenedAddresses_NamesTheNetworkAlone(string client, string expected)
    {
        var context = Request("GET", "/", "h");
        context.Connection.RemoteIpAddress = System.Net.IPAddress.Parse(client);

        var line = (await LinesAs("""
            "ClientAddress": "Shortened", "Fields": ["client"]
            """, context.Exchange())).Single();

        Assert.Equal($$"""{"client":"{{expected}}"}""", line);
    }

    [Fact]
    public void Fields_ThatAreNone_AreFaultsWithTheNearestName()
    {
        House.Read("""{ "Gateway": { "AccessLog": { "Fields": ["statos", "path", "PATH"] } }, "ReverseProxy": { "Routes": {} } }""", out var faults);

        Assert.Equal(
            ["Gateway:AccessLog:Fields:0: 'statos' is no field of the access log; did you mean 'status'?",
             "Gateway:AccessLog:Fields:2: 'PATH' stands in the list twice; a field is written once."],
            faults.All.Select(fault => fault.ToString()));
    }

    [Theory]
    [InlineData("\"SampleRatio\": 1.1")]
    [InlineData("\"SampleRatio\": -0.1")]
    [InlineData("\"Format\": \"xml\"")]
    [InlineData("\"ClientAddress\": \"None\"")]
    public void Value_OutOfItsRange_IsAFault(string setting)
    {
        House.Read($$"""{ "Gateway": { "AccessLog": { {{setting}} } }, "ReverseProxy": { "Routes": {} } }""", out var faults);

        Assert.Single(faults.All);
    }

    [Fact]
    public void Fields_OfTheCombinedFormat_AreAdvisedAgainst()
    {
        Assert.Equal(["Gateway:AccessLog:Fields"], House.Advise(Configured("""
            "Format": "combined", "Fields": ["path"]
            """)).Select(advice => advice.Path));
        Assert.Empty(House.Advise(Configured("""
            "Fields": ["path"]
            """)));
    }
}
