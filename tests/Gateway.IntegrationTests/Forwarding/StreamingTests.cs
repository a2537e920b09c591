using System.Net.WebSockets;
using System.Text;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Bodies flow while they are sent, both ways.</summary>
public class StreamingTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task RequestBody_PieceByPiece_ReachesTheBackendAsItIsSent()
    {
        var seen = "";
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            while (seen.Length < 3)
                seen += Encoding.Latin1.GetString(await connection.ReadSomeAsync());
            await connection.AnswerAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");

        foreach (var sent in (string[])["a", "ab", "abc"])
        {
            await client.SendAsync(sent[^1..]);
            await Eventually.EqualAsync(sent, () => seen);
        }

        Assert.Equal("ok", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task ResponseBody_PieceByPiece_ReachesTheClientAsItIsSent()
    {
        var next = new SemaphoreSlim(0);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
            foreach (var piece in "abc")
            {
                await connection.SendAsync($"{piece}");
                await next.WaitAsync(connection.Stopping);
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");
        using var body = await response.Content.ReadAsStreamAsync(Bounds.Token);
        var buffer = new byte[10];

        foreach (var piece in "abc")
        {
            Assert.Equal(1, await body.ReadAsync(buffer, Bounds.Token));
            Assert.Equal(piece, (char)buffer[0]);
            next.Release();
        }
    }

    [Fact]
    public async Task ServerSentEvents_OneByOne_ReachTheClientAsTheyHappen()
    {
        var next = new SemaphoreSlim(0);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                await connection.SendAsync($"data: {i}\n\n");
                await next.WaitAsync(connection.Stopping);
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/events");
        Assert.Equal("text/event-stream", response.Header("Content-Type"));
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Bounds.Token));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await events.ReadLineAsync(Bounds.Token));
            Assert.Equal("", await events.ReadLineAsync(Bounds.Token));
            next.Release();
        }
        Assert.Null(await events.ReadLineAsync(Bounds.Token));
    }

    [Fact]
    public async Task ServerSentEvents_NoEventYet_HeadersArrive()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/events");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Trailers_OfTheBackend_ReachTheClient(bool overHttp2)
    {
        await using var backend = await BackendServer.StartAsync(new() { GrpcPort = 0 }, Bounds.Token);
        var config = GatewayConfig.To(new Uri($"http://127.0.0.1:{(overHttp2 ? backend.GrpcPort : backend.Port)}/")).WithHttp2();
        await using var gateway = await GatewayFactory.StartAsync(overHttp2 ? config.OverHttp2() : config);
        // Kestrel has no trailers for HTTP/1.1 clients.
        var client = gateway.CreateHttp2Client();

        using var response = await client.SendAsync(HttpMethod.Get, "/trailers", ("TE", "trailers"));

        Assert.Equal("a trailer follows\n", await response.TextAsync());
        Assert.Equal("sent after the body", response.TrailingHeaders.GetValues("X-Trailer").Single());
    }

    [Fact]
    public async Task WebSocket_Messages_GoBothWays()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);
        var buffer = new byte[200_000];

        foreach (var length in new[] { 1, 0, 125, 70_000, 200_000 })
        {
            await socket.SendAsync(new byte[length], WebSocketMessageType.Binary, endOfMessage: true, Bounds.Token);
            var received = 0;
            WebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Bounds.Token);
                received += part.Count;
            }
            while (!part.EndOfMessage);
            Assert.Equal(length, received);
        }
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Bounds.Token);
        Assert.Equal((WebSocketCloseStatus.NormalClosure, "done"), (socket.CloseStatus, socket.CloseStatusDescription));
    }

    [Fact]
    public async Task ResponseBody_Of64MiB_ComesWhole()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, $"/bytes/{64 * MiB}");
        using var body = await response.Content.ReadAsStreamAsync(Bounds.Token);

        Assert.Equal(64L * MiB, response.Content.Headers.ContentLength);
        Assert.Equal(64L * MiB, await CountAsync(body));
        Assert.Equal(64L * MiB, (await gateway.AccessLog.OfAsync($"/bytes/{64 * MiB}")).GetProperty("bytesOut").GetInt64());
    }

    [Fact]
    public async Task RequestBody_Of64MiB_ComesWhole()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            await connection.AnswerAsync($"{request!.Body.LongLength} {request.Body[^1]}");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        var body = new byte[64 * MiB];
        body[^1] = 7;

        using var response = await gateway.Client.PostAsync("/x", new ByteArrayContent(body), Bounds.Token);

        Assert.Equal($"{64 * MiB} 7", await response.TextAsync());
        Assert.Equal(64L * MiB, (await gateway.AccessLog.OfAsync("/x")).GetProperty("bytesIn").GetInt64());
    }

    [Fact]
    public async Task Backend_AnswersBeforeTheBodyIsThrough_IsHeard()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 413 Enough\r\nContent-Length: 6\r\nConnection: close\r\n\r\nenough");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
        await client.SendAsync(new string('x', 9_999));
        await Eventually.EqualAsync(1, () => backend.Requests);
        await client.SendAsync("x");

        var response = await client.ReadResponseAsync();

        Assert.Equal((413, "enough"), (response.Status, response.Text));
    }

    [Fact]
    public async Task RequestBody_LargerThanTheRouteTakes_IsRefused()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("ReverseProxy:Routes:all:MaxRequestBodySize", 10));

        var response = await RawClient.AskAsync(gateway.Traffic, "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n");

        Assert.Equal((413, "application/problem+json"), (response.Status, response["Content-Type"]));
    }

    private static async Task<long> CountAsync(Stream stream)
    {
        var buffer = new byte[256 * 1024];
        long count = 0;
        while (await stream.ReadAsync(buffer, Bounds.Token) is var read and > 0)
            count += read;
        return count;
    }
}
