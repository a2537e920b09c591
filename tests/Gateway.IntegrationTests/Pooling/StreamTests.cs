using System.Net;
using System.Net.WebSockets;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Pooling;

/// <summary>Exchanges that last take streams of their destination, and leave its permits to the others.</summary>
public sealed class StreamTests
{
    private const string Streams = $"{GatewayConfig.Cluster}:Pool:StreamsPerDestination";
    private const string WebSocketRequest =
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

    [Fact]
    public async Task WebSockets_MoreThanPermits_LeaveThePermitsToRequests()
    {
        await using var backend = ScriptedBackend.Start(ServeAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1));
        using var sockets = new Clients(gateway);

        for (var i = 0; i < 3; i++)
            Assert.Equal(101, (await sockets.SendAsync(WebSocketRequest)).Status);

        Assert.Equal((0, 3), (gateway.PermitsInUse(), gateway.StreamsInUse()));
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.Equal(3, (await gateway.ScrapeAsync()).Value("gateway_pool_streams_in_use", ("cluster", "api"), ("destination", "d1")));
        sockets.Dispose();
        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_OverHttp2_TakesAStream()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")).WithHttp2());
        using var socket = new ClientWebSocket();
        socket.Options.HttpVersion = HttpVersion.Version20;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });

        await socket.ConnectAsync(new UriBuilder(gateway.Http2) { Scheme = "ws", Path = "/ws" }.Uri, client, Bounds.Token);

        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Bounds.Token);
        await AssertAllBackAsync(gateway);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EventStream_ThatItsBackendEnds_GivesItsStreamBack(bool inOrder)
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            await release.PassAsync(connection.Stopping);
            if (inOrder)
                await connection.SendAsync("0\r\n\r\n");
            else
                connection.Reset();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var clients = new Clients(gateway);
        Assert.Equal(200, (await clients.SendAsync("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
        await Eventually.EqualAsync((0, 1), () => (gateway.PermitsInUse(), gateway.StreamsInUse()));

        release.Open();

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_WithAllStreamsTaken_IsRefusedBeforeItConnects()
    {
        await using var backend = ScriptedBackend.Start(ServeAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(4).Set(Streams, 1));
        using var sockets = new Clients(gateway);
        Assert.Equal(101, (await sockets.SendAsync(WebSocketRequest)).Status);

        var refused = await sockets.SendAsync(WebSocketRequest);

        Assert.Equal(503, refused.Status);
        Assert.Contains("connection_limit_reached", refused["Proxy-Status"], StringComparison.Ordinal);
        Assert.Equal(1, backend.Requests);
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task WebSocket_WithAllPermitsTaken_IsServed()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(connection => connection.Number == 0 ? Scripts.Hold(release)(connection) : ServeAsync(connection));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1));
        var held = gateway.GetTextAsync("/held");
        await release.WaitForArrivalsAsync(1);
        using var sockets = new Clients(gateway);

        Assert.Equal(101, (await sockets.SendAsync(WebSocketRequest)).Status);

        release.Open();
        Assert.Equal("ok", await held);
    }

    [Fact]
    public async Task WebSocket_ThatTheBackendAnswersOtherwise_GivesItsStreamBack()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var sockets = new Clients(gateway);

        Assert.Equal(200, (await sockets.SendAsync(WebSocketRequest)).Status);

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_ThatFailsToConnect_GivesItsStreamBack()
    {
        using var refusing = new RefusingPort();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address).Set(Streams, 1).WithoutBreaker());
        using var sockets = new Clients(gateway);

        for (var i = 0; i < 3; i++)
            Assert.Equal(502, (await sockets.SendAsync(WebSocketRequest)).Status);

        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task WebSocket_InLineForAStream_GetsTheOneThatComesBack()
    {
        await using var backend = ScriptedBackend.Start(ServeAsync);
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(backend.Address).Permits(1, queue: 1, queueTimeout: "01:00:00").Set(Streams, 1));
        using var first = new Clients(gateway);
        using var second = new Clients(gateway);
        Assert.Equal(101, (await first.SendAsync(WebSocketRequest)).Status);
        var waiting = second.SendAsync(WebSocketRequest);
        await Eventually.EqualAsync(1, () => gateway.Waiting());
        // Permits are none of its business.
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        Assert.False(waiting.IsCompleted);

        first.Dispose();

        Assert.Equal(101, (await waiting).Status);
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("text/event-stream; charset=utf-8")]
    public async Task EventStream_AtItsHead_GivesItsPermitBack(string type)
    {
        await using var backend = ScriptedBackend.Start(ServeStream(type));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1));
        using var clients = new Clients(gateway);

        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(200, (await clients.SendAsync("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
            await Eventually.EqualAsync((0, i), () => (gateway.PermitsInUse(), gateway.StreamsInUse()));
        }

        clients.Dispose();
        await AssertAllBackAsync(gateway);
    }

    [Fact]
    public async Task EventStream_WithNoStreamFree_KeepsItsPermit()
    {
        await using var backend = ScriptedBackend.Start(ServeStream("text/event-stream"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1).Set(Streams, 1));
        using var clients = new Clients(gateway);
        foreach (var held in new[] { (0, 1), (1, 1) })
        {
            Assert.Equal(200, (await clients.SendAsync("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
            Assert.Equal(held, (gateway.PermitsInUse(), gateway.StreamsInUse()));
        }

        Assert.Equal(503, (await clients.SendAsync("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")).Status);

        clients.Dispose();
        await AssertAllBackAsync(gateway);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/event-streams")]
    public async Task Response_ThatIsNoStreamOfEvents_KeepsItsPermit(string type)
    {
        await using var backend = ScriptedBackend.Start(ServeStream(type));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var clients = new Clients(gateway);

        Assert.Equal(200, (await clients.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n")).Status);

        Assert.Equal((1, 0), (gateway.PermitsInUse(), gateway.StreamsInUse()));
    }

    [Fact]
    public async Task Streams_HeldOverAReload_CountAgainstTheNewNumber()
    {
        await using var backend = ScriptedBackend.Start(ServeAsync);
        GatewayConfig Config(int streams) => GatewayConfig.To(backend.Address).Set(Streams, streams);
        await using var gateway = await SteppedGateway.StartAsync(Config(2));
        using var sockets = new Clients(gateway.Factory);
        Assert.Equal(101, (await sockets.SendAsync(WebSocketRequest)).Status);

        await gateway.SaveAsync(new GatewayConfig());
        await gateway.SaveAsync(Config(1));

        Assert.Equal(1, gateway.Factory.StreamsInUse());
        Assert.Equal(503, (await sockets.SendAsync(WebSocketRequest)).Status);
        sockets.Dispose();
        await AssertAllBackAsync(gateway.Factory);
    }

    private static async Task ServeAsync(ScriptedConnection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            if (request.Target != "/ws")
            {
                await connection.AnswerAsync();
                continue;
            }
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            await connection.WaitForCloseAsync();
            return;
        }
    }

    private static Func<ScriptedConnection, Task> ServeStream(string type) => async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
        await connection.WaitForCloseAsync();
    };

    private static Task AssertAllBackAsync(GatewayFactory gateway) =>
        Eventually.EqualAsync((0, 0), () => (gateway.PermitsInUse(), gateway.StreamsInUse()));

    // Raw clients that are there until all of them leave.
    private sealed class Clients(GatewayFactory gateway) : IDisposable
    {
        private readonly List<RawClient> _clients = [];

        public async Task<RawMessage> SendAsync(string request)
        {
            var client = await RawClient.ConnectAsync(gateway.Traffic);
            _clients.Add(client);
            await client.SendAsync(request);
            return await client.ReadHeadAsync();
        }

        public void Dispose()
        {
            _clients.ForEach(client => client.Dispose());
            _clients.Clear();
        }
    }
}
