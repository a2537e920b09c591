using System.Diagnostics;
using System.Net.WebSockets;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Time-outs of a cluster and of a route: what the client is told, and that nothing is held past them.</summary>
public class TimeoutTests
{
    private const string Timeouts = $"{GatewayConfig.Cluster}:Timeouts";
    private const string Short = "00:00:00.200";

    [Fact]
    public async Task ResponseHeaders_NotInTime_IsTheContractsRowAndGivesThePermitBack()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Set($"{Timeouts}:ResponseHeaders", Short));

        using var response = await gateway.GetAsync("/x");

        await AssertRefusedAsync(response, 504, "Backend timed out", "http_response_timeout");
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task ResponseHeaders_NotInTime_Get_IsTriedElsewhereWithATimeOfItsOwn()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var alsoSilent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, alsoSilent.Address, serving.Address).Set($"{Timeouts}:ResponseHeaders", "00:00:01"));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.Equal((1, 1, 1), (silent.Requests, alsoSilent.Requests, serving.Requests));
    }

    [Fact]
    public async Task ResponseHeaders_NotInTime_Post_IsNotTriedAgain()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{Timeouts}:ResponseHeaders", Short));

        using var response = await gateway.Client.PostAsync("/x", new StringContent("body"), Bounds.Token);

        await AssertRefusedAsync(response, 504, "Backend timed out", "http_response_timeout");
        Assert.Equal(0, serving.Requests);
    }

    [Fact]
    public async Task ResponseHeaders_LongUpload_DoesNotCount()
    {
        var seen = 0;
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            while (seen < 120)
                seen += (await connection.ReadSomeAsync()).Length;
            await connection.AnswerAsync();
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Set($"{Timeouts}:ResponseHeaders", "00:00:01"));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 120\r\n\r\n");

        // Each byte makes its way to the backend first: together they take longer than the response may.
        for (var sent = 1; sent <= 120; sent++)
        {
            await client.SendAsync("a");
            await Eventually.EqualAsync(sent, () => seen);
        }

        Assert.Equal("ok", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task ResponseHeaders_AfterAnUpload_CountsFromItsEnd()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Set($"{Timeouts}:ResponseHeaders", Short));

        using var response = await gateway.Client.PutAsync("/x", new StringContent("body"), Bounds.Token);

        Assert.Equal(504, (int)response.StatusCode);
    }

    [Fact]
    public async Task ResponseHeaders_EmptyBodyWithFieldsOfABody_CountFromTheHead()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Set($"{Timeouts}:ResponseHeaders", Short));

        var response = await RawClient.AskAsync(gateway.Traffic, "PUT /x HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(504, response.Status);
    }

    [Fact]
    public async Task ResponseHeaders_OverHttp2_NotInTime_IsTold()
    {
        await using var backend = await BackendServer.StartAsync(new() { GrpcPort = 0 }, Bounds.Token);
        await using var gateway = await StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.GrpcPort}/")).OverHttp2().Set($"{Timeouts}:ResponseHeaders", Short));

        using var response = await gateway.GetAsync("/slow?ms=60000");

        await AssertRefusedAsync(response, 504, "Backend timed out", "http_response_timeout");
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Route_OverridesItsClusterKeyByKey()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Set($"{Timeouts}:ResponseHeaders", "00:01:00").Set($"{Timeouts}:Request", "00:02:00")
            .Route("quick", "/quick", GatewayConfig.ClusterId).Set("ReverseProxy:Routes:quick:Timeouts:ResponseHeaders", Short));

        using var response = await gateway.GetAsync("/quick");

        await AssertRefusedAsync(response, 504, "Backend timed out", "http_response_timeout");
    }

    [Fact]
    public async Task Route_OverridesTheConnectTimeout()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Set($"{Timeouts}:Connect", "00:01:00")
            .Set("ReverseProxy:Routes:all:Timeouts:Connect", Short));

        using var response = await gateway.GetAsync("/x");

        await AssertRefusedAsync(response, 504, "Backend unreachable", "connection_timeout");
    }

    [Fact]
    public async Task Request_OverWhileConnecting_IsAConnectTimeout()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{Timeouts}:Request", Short));

        using var response = await gateway.GetAsync("/x");

        await AssertRefusedAsync(response, 504, "Backend unreachable", "connection_timeout");
        // There is no time for another attempt.
        Assert.Equal((0, 0), (gateway.PermitsInUse("d1"), serving.Requests));
    }

    [Fact]
    public async Task Request_OverWhileWaitingForTheHeaders_IsAResponseTimeout()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address, serving.Address).Set($"{Timeouts}:Request", Short));

        using var response = await gateway.GetAsync("/x");

        await AssertRefusedAsync(response, 504, "Backend timed out", "http_response_timeout");
        Assert.Equal((0, 0), (gateway.PermitsInUse("d1"), serving.Requests));
    }

    [Fact]
    public async Task Request_OverInTheMiddleOfTheBody_BreaksTheResponseOff()
    {
        await using var halting = ScriptedBackend.Start(Halt);
        await using var gateway = await StartAsync(GatewayConfig.To(halting.Address).Set($"{Timeouts}:Request", Short));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");

        Assert.Equal(200, (int)response.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(response.TextAsync);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Request_OverInTheQueue_IsThePoolsRefusal()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 5)
            .Route("quick", "/quick", GatewayConfig.ClusterId).Set("ReverseProxy:Routes:quick:Timeouts:Request", Short));
        var holding = gateway.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        using var response = await gateway.GetAsync("/quick");

        await AssertRefusedAsync(response, 503, "Pool exhausted", "connection_limit_reached");
        Assert.Equal(0, gateway.Waiting());
        release.Open();
        (await holding).Dispose();
        Assert.Equal(1, backend.Requests);
    }

    [Fact]
    public async Task Request_CountsAllAttempts()
    {
        var backends = Enumerable.Range(0, 10).Select(_ => ScriptedBackend.Start(Scripts.StaySilent)).ToList();
        await using var gateway = await StartAsync(GatewayConfig.To([.. backends.Select(backend => backend.Address)]).Set($"{GatewayConfig.Cluster}:Retry:MaxAttempts", 10)
            .Set($"{Timeouts}:ResponseHeaders", "00:00:01").Set($"{Timeouts}:Request", "00:00:01.500"));

        using var response = await gateway.GetAsync("/x");

        // Each of the ten would have had a second.
        Assert.Equal(504, (int)response.StatusCode);
        Assert.InRange(backends.Sum(backend => backend.Requests), 1, 2);
        foreach (var backend in backends)
            await backend.DisposeAsync();
    }

    [Fact]
    public async Task IdleBody_BackendHalts_BreaksTheResponseOff()
    {
        await using var halting = ScriptedBackend.Start(Halt);
        await using var gateway = await StartAsync(GatewayConfig.To(halting.Address).Set($"{Timeouts}:IdleBody", Short));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");

        await Assert.ThrowsAnyAsync<Exception>(response.TextAsync);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task IdleBody_ClientDoesNotRead_HoldsThePermitNoLonger()
    {
        await using var endless = ScriptedBackend.Start(EndlessAsync);
        await using var gateway = await StartAsync(GatewayConfig.To(endless.Address).Set($"{Timeouts}:IdleBody", Short));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        await Eventually.EqualAsync(1, () => endless.Requests);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Theory]
    [InlineData("IdleBody")]
    [InlineData("Request")]
    public async Task Limit_ClientDoesNotRead_IsNotToldAsTheBackendsFault(string limit)
    {
        await using var endless = ScriptedBackend.Start(EndlessAsync);
        await using var gateway = await StartAsync(GatewayConfig.To(endless.Address).Set($"{Timeouts}:{limit}", "00:00:01"));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        var line = await gateway.AccessLog.OfAsync("/x");
        Assert.False(line.TryGetProperty("gate", out _), line.ToString());
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total"));
        Assert.DoesNotContain(gateway.Logs.All, entry => entry.Contains("Attempt 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ActivityTimeout_ClientDoesNotRead_HoldsThePermitNoLonger()
    {
        await using var endless = ScriptedBackend.Start(EndlessAsync);
        await using var gateway = await StartAsync(GatewayConfig.To(endless.Address).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", Short));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        await Eventually.EqualAsync(1, () => endless.Requests);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task IdleBody_ClientHaltsItsUpload_IsTheRequestsFault()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1).Set($"{Timeouts}:IdleBody", Short));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
        var response = await client.ReadResponseAsync();

        Assert.Equal((408, "gateway; error=http_request_error"), (response.Status, response["Proxy-Status"]));
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        // The backend did nothing wrong.
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task IdleBody_BackendTakesNoMoreOfAnUpload_IsAResponseTimeout()
    {
        await using var full = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await Task.Delay(Timeout.Infinite, connection.Stopping);
        });
        await using var gateway = await StartAsync(GatewayConfig.To(full.Address).Set($"{Timeouts}:IdleBody", Short).Set("ReverseProxy:Routes:all:MaxRequestBodySize", -1));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync($"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: {1 << 30}\r\n\r\n");
        var filling = client.SendAsync(new byte[64 << 20]);
        var response = await client.ReadResponseAsync();

        Assert.Equal((504, "gateway; error=http_response_timeout"), (response.Status, response["Proxy-Status"]));
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        client.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => filling);
    }

    [Fact]
    public async Task WebSocket_Established_IsExemptFromRequestAndEndsWhenIdle()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/"))
            .Set($"{Timeouts}:Request", "00:00:02").Set($"{Timeouts}:IdleBody", "00:00:02"));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);
        var buffer = new byte[100];

        // Messages move for longer than either time.
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2.5);)
        {
            await socket.SendAsync(new byte[10], WebSocketMessageType.Binary, endOfMessage: true, Bounds.Token);
            Assert.Equal(10, (await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Bounds.Token)).Count);
        }
        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));

        await Assert.ThrowsAnyAsync<WebSocketException>(() => socket.ReceiveAsync(new ArraySegment<byte>(buffer), Bounds.Token));
        await Eventually.EqualAsync((0, 0), () => (gateway.PermitsInUse(), gateway.StreamsInUse()));
    }

    [Fact]
    public async Task Timeouts_AllSet_LeaveAnOrdinaryRequestAlone()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
                await connection.AnswerAsync(request.Text);
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Set($"{Timeouts}:ResponseHeaders", "00:00:05")
            .Set($"{Timeouts}:IdleBody", "00:00:05").Set($"{Timeouts}:Request", "00:00:05"));

        for (var i = 0; i < 20; i++)
        {
            using var response = await gateway.Client.PostAsync("/x", new StringContent($"body {i}"), Bounds.Token);
            Assert.Equal($"body {i}", await response.TextAsync());
        }
        Assert.Equal(1, backend.Connections);
    }

    private static async Task Halt(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        await connection.WaitForCloseAsync();
    }

    private static async Task EndlessAsync(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync("HTTP/1.1 200 OK\r\n\r\n");
        while (true)
            await connection.SendAsync(new byte[1 << 16]);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string title, string error)
    {
        Assert.Equal((status, $"gateway; error={error}"), ((int)response.StatusCode, response.Header("Proxy-Status")));
        Assert.Contains($"\"{title}\"", await response.TextAsync(), StringComparison.Ordinal);
    }

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config.InOrder().WithoutBreaker());
}
