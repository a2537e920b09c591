using System.Net.WebSockets;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Pooling;

/// <summary>However an exchange ends, its permit comes back.</summary>
public class PermitReturnTests
{
    [Fact]
    public async Task Client_LeavesWhileItSendsItsBody_GivesThePermitBack()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(backend);
        using var client = await SendAsync(gateway, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\na few bytes");
        await AssertReachesAsync(backend, gateway);

        client.Reset();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Client_LeavesWhileItWaitsForTheResponse_GivesThePermitBack()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(backend);
        using var client = await SendAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        await AssertReachesAsync(backend, gateway);

        client.Dispose();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Client_LeavesInTheMiddleOfTheResponse_GivesThePermitBack()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\na few bytes");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(backend);
        using var client = await SendAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);
        Assert.Equal(1, gateway.PermitsInUse());

        client.Reset();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Client_DoesNotReadAnEndlessResponseAndLeaves_GivesThePermitBack()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            var chunk = $"10000\r\n{new string('x', 0x10000)}\r\n";
            while (true)
                await connection.SendAsync(chunk);
        });
        await using var gateway = await StartAsync(backend);
        using var client = await SendAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(200, (await client.ReadHeadAsync()).Status);

        client.Reset();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Client_LeavesTheQueue_TakesNoPermitAndReachesNoBackend()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 10));
        var holder = gateway.GetAsync("/holder");
        await release.WaitForArrivalsAsync(1);
        using var leaver = await SendAsync(gateway, "GET /leaver HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(1, () => gateway.Waiting());
        var next = gateway.GetAsync("/next");
        await Eventually.EqualAsync(2, () => gateway.Waiting());

        leaver.Reset();

        await Eventually.EqualAsync(1, () => gateway.Waiting());
        release.Open();
        Assert.Equal(200, (int)(await holder).StatusCode);
        Assert.Equal(200, (int)(await next).StatusCode);
        Assert.Equal(["/holder", "/next"], backend.Received.Select(request => request.Target));
        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task Http2Client_CancelsItsStream_GivesThePermitBack()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2());
        using var leaving = new CancellationTokenSource();
        var asked = gateway.CreateHttp2Client().GetAsync("/x", leaving.Token);
        await AssertReachesAsync(backend, gateway);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await AssertAllBackAsync(gateway);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncut")]
    public async Task Backend_ResetsTheConnection_GivesThePermitBack(string sentBefore)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(sentBefore);
            connection.Reset();
        });
        await using var gateway = await StartAsync(backend);
        using var client = await SendAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        await Eventually.EqualAsync(1, () => backend.Requests);

        await AssertAllBackAsync(gateway);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\ncut")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\ncut")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n")]
    public async Task Backend_CutsItsBody_GivesThePermitBackAndCutsTheClientOff(string sent)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync(sent);
        });
        await using var gateway = await StartAsync(backend);

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.GetTextAsync("/x"));

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_ClosedInOrder_GivesThePermitBack()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")));
        using var socket = await ConnectAsync(gateway);
        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Bounds.Token);

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_AbortedByTheClient_GivesThePermitBack()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")));
        using var socket = await ConnectAsync(gateway);
        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));

        socket.Abort();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_AbortedByTheBackend_GivesThePermitBack()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")));
        using var socket = await ConnectAsync(gateway);
        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));

        await backend.SetRefuseAsync(on: true, Bounds.Token);

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task ManyClients_LeavingAtAnyMoment_LoseNoPermit()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")).Permits(4, queue: 4));

        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Bounds.Token }, async (i, _) =>
        {
            using var client = await SendAsync(gateway, "GET /bytes/100000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            for (var pieces = i % 4; pieces > 0; pieces--)
                await client.ReadSomeAsync();
            client.Reset();
        });

        await AssertAllBackAsync(gateway);
        Assert.Equal("backend", (await gateway.GetTextAsync("/x"))[..7]);
    }

    private static Task<GatewayFactory> StartAsync(ScriptedBackend backend) =>
        GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutRetries().WithoutBreaker());

    private static async Task<RawClient> SendAsync(GatewayFactory gateway, string message)
    {
        var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync(message);
        return client;
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayFactory gateway)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);
        return socket;
    }

    private static async Task AssertReachesAsync(ScriptedBackend backend, GatewayFactory gateway)
    {
        await Eventually.EqualAsync(1, () => backend.Requests);
        Assert.Equal(1, gateway.PermitsInUse());
    }

    // As the contract's own gauge tells it.
    private static Task AssertAllBackAsync(GatewayFactory gateway) => Eventually.TrueAsync(async () =>
    {
        var page = await gateway.ScrapeAsync();
        return page.Value("gateway_pool_permits_in_use", ("cluster", "api"), ("destination", "d1")) == 0
            && page.Value("gateway_pool_streams_in_use", ("cluster", "api"), ("destination", "d1")) == 0;
    }, "all permits and streams are back");
}
