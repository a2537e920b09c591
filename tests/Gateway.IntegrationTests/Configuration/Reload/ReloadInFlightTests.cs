using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>What is in flight when the configuration changes goes on to its own end.</summary>
public sealed class ReloadInFlightTests
{
    private const int MiB = 1 << 20;

    [Fact]
    public async Task WebSocket_WhileItsClusterAndThenItsDestinationChange_StaysUntilItEnds()
    {
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        var address = new Uri($"http://127.0.0.1:{backend.Port}/");
        using var elsewhere = new RefusingPort();
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(address));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Factory.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);
        await EchoAsync(socket, "before");

        await gateway.SaveAsync(GatewayConfig.To(address).Permits(7).Breaker(2).Route("b", "/b", "api"));
        await EchoAsync(socket, "its cluster's settings changed");
        await gateway.SaveAsync(GatewayConfig.To(address).Set($"{GatewayConfig.Cluster}:HttpClient:MaxConnectionsPerServer", 3));
        await EchoAsync(socket, "its cluster's client was made anew");
        await gateway.SaveAsync(GatewayConfig.To(elsewhere.Address));
        await EchoAsync(socket, "its destination has another address");
        await gateway.SaveAsync(GatewayConfig.To());
        await EchoAsync(socket, "its destination is gone");
        await gateway.SaveAsync(new GatewayConfig());
        await EchoAsync(socket, "its route and its cluster are gone");

        Assert.Equal(1, (await gateway.Factory.ScrapeAsync()).Value("gateway_requests_in_flight"));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Bounds.Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await Eventually.TrueAsync(async () => (await gateway.Factory.ScrapeAsync()).Value("gateway_requests_in_flight") == 0, "nothing is in flight");
    }

    [Fact]
    public async Task Permit_OfADestinationThatIsGoneAndBack_IsCountedOnce()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        GatewayConfig Config() => GatewayConfig.To(backend.Address).Permits(1);
        await using var gateway = await SteppedGateway.StartAsync(Config());
        var held = gateway.Factory.GetAsync("/held");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(GatewayConfig.To());
        await gateway.SaveAsync(Config());
        release.Open();

        Assert.Equal(200, (int)(await held).StatusCode);
        Assert.Equal("ok", await gateway.Factory.GetTextAsync("/next"));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
    }

    [Fact]
    public async Task Download_Of100MiB_ComesWholeThroughReloads()
    {
        var block = RandomNumberGenerator.GetBytes(MiB);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {100 * MiB}\r\n\r\n");
            for (var i = 0; i < 100; i++)
            {
                block[i] = (byte)i;
                await connection.SendAsync(block);
            }
        });
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address));
        using var expected = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var copy = block.ToArray();
        for (var i = 0; i < 100; i++)
        {
            copy[i] = (byte)i;
            expected.AppendData(copy);
        }
        using var response = await gateway.Factory.Client.SendAsync(HttpMethod.Get, "/x");
        await using var body = await response.Content.ReadAsStreamAsync(Bounds.Token);

        // Nobody reads ahead of a reload by more than the buffers on the way hold, a few MiB.
        using var come = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var part = 0; part < 5; part++)
        {
            await ReadAsync(body, 20 * MiB - part, come);
            await gateway.SaveAsync(part < 3 ? GatewayConfig.To(backend.Address).Permits(part + 1) : part == 3 ? GatewayConfig.To() : new GatewayConfig());
        }
        await ReadAsync(body, 10, come);

        Assert.Equal(0, await body.ReadAsync(new byte[1], Bounds.Token));
        Assert.Equal(6, gateway.Version);
        Assert.Equal(expected.GetHashAndReset(), come.GetHashAndReset());
    }

    [Fact]
    public async Task Upload_PieceByPiece_ReachesItsBackendThroughReloads()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            await connection.AnswerAsync((await connection.ReadBodyAsync(head!)).Text);
        });
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Factory.Traffic);
        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n0");
        await Eventually.EqualAsync(1, () => backend.Requests);

        foreach (var (piece, config) in new[] { ("a", GatewayConfig.To(backend.Address).Permits(2)), ("b", GatewayConfig.To()), ("c", new GatewayConfig()) })
        {
            await client.SendAsync(piece);
            await gateway.SaveAsync(config);
        }
        await client.SendAsync("de");

        var response = await client.ReadResponseAsync();
        Assert.Equal((200, "0abcde"), (response.Status, response.Text));
        Assert.Equal((4, 1), ((int)gateway.Version, backend.Connections));
    }

    [Fact]
    public async Task Request_WhoseRouteIsRemoved_EndsWellAndTheNextFindsNone()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Factory.Traffic);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(new GatewayConfig());
        release.Open();

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        var line = await gateway.Factory.AccessLog.OfAsync("/x");
        Assert.Equal(("all", "api", "d1"), (line.GetProperty("route").GetString(), line.GetProperty("cluster").GetString(), line.GetProperty("destination").GetString()));
        await client.SendAsync("GET /y HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal(404, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Retry_AfterAReloadThatChangedItsDestinations_StillFindsOne()
    {
        var release = new SyncPoint();
        await using var closing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await release.PassAsync(connection.Stopping);
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(closing.Address, serving.Address).InOrder());
        var asked = gateway.Factory.GetAsync("/x");
        await release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(GatewayConfig.To().Set($"{GatewayConfig.Cluster}:Destinations:d2:Address", serving.Address.ToString()));
        release.Open();

        Assert.Equal(200, (int)(await asked).StatusCode);
    }

    private static async Task ReadAsync(Stream body, int count, IncrementalHash hash)
    {
        var buffer = new byte[256 * 1024];
        for (var left = count; left > 0;)
        {
            var read = await body.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), Bounds.Token);
            Assert.NotEqual(0, read);
            hash.AppendData(buffer, 0, read);
            left -= read;
        }
    }

    private static async Task EchoAsync(ClientWebSocket socket, string text)
    {
        var buffer = new byte[1_000];
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Bounds.Token);
        var received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), Bounds.Token);
        Assert.Equal(text, Encoding.UTF8.GetString(buffer, 0, received.Count));
    }
}
