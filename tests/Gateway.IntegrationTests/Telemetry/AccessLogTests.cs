using System.Text.Json;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>One line a request, with every field.</summary>
public class AccessLogTests
{
    [Fact]
    public async Task Line_OfAForwardedRequest_TellsAllOfIt()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve("hello"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        await RawClient.AskAsync(gateway.Traffic,
            "POST /a/b?secret=1 HTTP/1.1\r\nHost: shop.example\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nContent-Length: 4\r\n\r\nbody");

        var line = await gateway.AccessLog.OfAsync("/a/b");
        Assert.Equal("POST", line.GetProperty("method").GetString());
        Assert.Equal("shop.example", line.GetProperty("host").GetString());
        Assert.Equal("HTTP/1.1", line.GetProperty("protocol").GetString());
        Assert.Equal(200, line.GetProperty("status").GetInt32());
        Assert.Equal((4, 5), (line.GetProperty("bytesIn").GetInt64(), line.GetProperty("bytesOut").GetInt64()));
        Assert.InRange(line.GetProperty("duration").GetDouble(), line.GetProperty("upstreamDuration").GetDouble(), 10);
        Assert.Equal(("all", "api", "d1"), (Text(line, "route"), Text(line, "cluster"), Text(line, "destination")));
        Assert.Equal(1, line.GetProperty("attempts").GetInt32());
        Assert.Equal("127.0.0.1", Text(line, "client"));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Text(line, "traceId"));
        Assert.Equal(TimeSpan.Zero, line.GetProperty("time").GetDateTimeOffset().Offset);
        Assert.False(line.TryGetProperty("gate", out _));
        Assert.DoesNotContain("secret", line.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_OfARefusedRequest_NamesTheGate()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To().Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        (await gateway.Client.SendAsync(HttpMethod.Get, "/x", ("X-Forwarded-For", "203.0.113.7"))).Dispose();

        var line = await gateway.AccessLog.OfAsync("/x");
        Assert.Equal((502, "health", "all", ""), (line.GetProperty("status").GetInt32(), Text(line, "gate"), Text(line, "route"), Text(line, "destination")));
        Assert.Equal(0, line.GetProperty("attempts").GetInt32());
        Assert.Equal("203.0.113.7", Text(line, "client"));
    }

    [Fact]
    public async Task Line_OfAnAbortedRequest_SaysSo()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /left HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(1, () => backend.Requests);

        client.Reset();

        var line = await gateway.AccessLog.OfAsync("/left");
        Assert.Equal((true, 499), (line.GetProperty("aborted").GetBoolean(), line.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task Line_OfAPathWithNewlinesAndQuotes_IsStillOneLine()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        await RawClient.AskAsync(gateway.Traffic, "GET /a%0A%22b HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(404, (await gateway.AccessLog.OfAsync("/a\n\"b")).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task Log_TurnedOff_IsSilent()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:AccessLog:Enabled", false));
        for (var i = 0; i < 3; i++)
            await gateway.GetTextAsync("/x");

        // What was logged is written when the gateway stops, if not before.
        await gateway.DisposeAsync();

        Assert.Empty(gateway.AccessLog.All);
    }

    [Fact]
    public async Task Settings_OfASave_HoldFromTheNextRequestOn()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve("hello"));
        var config = GatewayConfig.To(backend.Address);
        await using var gateway = await GatewayFactory.StartAsync(config);
        await gateway.GetTextAsync("/full");
        await gateway.AccessLog.OfAsync("/full");

        gateway.Save(config.Set("Gateway:AccessLog:Fields", new System.Text.Json.Nodes.JsonArray("traceId", "path"))
            .Set("Gateway:AccessLog:SampleRatio", 0).Set("Gateway:AccessLog:ClientAddress", "Shortened").ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");
        await gateway.GetTextAsync("/left/out");
        gateway.Save(config.Set("Gateway:AccessLog:Format", "Combined").Set("Gateway:AccessLog:Fields", new System.Text.Json.Nodes.JsonArray())
            .Set("Gateway:AccessLog:SampleRatio", 1).ToString());
        await gateway.Logs.WaitForAsync("Configuration 3 applied");
        await gateway.GetTextAsync("/combined?secret");

        await Eventually.TrueAsync(() => gateway.AccessLog.Texts.Any(line => line.StartsWith("127.0.0.0 - - [", StringComparison.Ordinal)
            && line.EndsWith("""] "GET /combined HTTP/1.1" 200 5 "-" "-" """.TrimEnd(), StringComparison.Ordinal)), "a line in the combined format");
        Assert.DoesNotContain(gateway.AccessLog.Texts, line => line.Contains("/left/out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reader_ThatDoesNotRead_SlowsNoRequestAndIsCountedAsDropped()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To().Limit("Gateway:RateLimit:Global", 1));
        using var release = gateway.AccessLog.Block();

        // More lines than the log keeps until they are written.
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Bounds.Token }, async (_, _) =>
            (await gateway.GetAsync("/x")).Dispose());

        Assert.InRange((await gateway.ScrapeAsync()).Value("gateway_access_log_dropped_total"), 1, 20_000);
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();
}
