using System.Net;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Edge;

/// <summary>A malformed request gets 4xx and reaches no backend.</summary>
public sealed class MalformedRequestTests(MalformedRequestTests.Guarded guarded) : IClassFixture<MalformedRequestTests.Guarded>
{
    [Theory]
    [InlineData("GET /x HTTP/1.1\rHost: x\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nX-A: a\rX-B: b\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nX A: a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nX-A : a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nX-A: a\r\n folded\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")]
    [InlineData("GET /x HTTP/1.1\r\nHost: x/y\r\n\r\n")]
    [InlineData("GET x HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /x y HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("G@T /x HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("GET /x HTTP/9.9\r\nHost: x\r\n\r\n")]
    [InlineData("hello\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody!")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4x\r\n\r\nbody")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nbody")]
    public async Task Request_Malformed_Gets4xxAndReachesNoBackend(string request)
    {
        using var client = await RawClient.ConnectAsync(guarded.Gateway.Traffic);
        await client.SendAsync(request);

        var answer = await client.ReadResponseAsync();

        Assert.InRange(answer.Status, 400, answer.Status == 505 ? 505 : 499);
        Assert.Equal(0, guarded.Backend.Requests);
    }

    [Fact]
    public async Task Headers_TooLarge_Get431()
    {
        var answer = await RawClient.AskAsync(guarded.Gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\nX-Large: {new string('x', 40_000)}\r\n\r\n");

        Assert.Equal((431, 0), (answer.Status, guarded.Backend.Requests));
    }

    [Fact]
    public async Task RequestLine_TooLong_Gets414()
    {
        var answer = await RawClient.AskAsync(guarded.Gateway.Traffic, $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((414, 0), (answer.Status, guarded.Backend.Requests));
    }

    [Theory]
    [InlineData("CONNECT backend.example:443 HTTP/1.1\r\nHost: backend.example:443\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Target_WithoutAPath_Gets4xxAndReachesNoBackend(string request)
    {
        var answer = await RawClient.AskAsync(guarded.Gateway.Traffic, request);

        Assert.InRange(answer.Status, 400, 499);
        Assert.Equal(0, guarded.Backend.Requests);
    }

    [Fact]
    public async Task AbsoluteForm_OfAnotherHostThanTheHeader_IsRefused()
    {
        var answer = await RawClient.AskAsync(guarded.Gateway.Traffic, "GET http://one.example/x HTTP/1.1\r\nHost: two.example\r\n\r\n");

        Assert.Equal((400, 0), (answer.Status, guarded.Backend.Requests));
    }

    [Fact]
    public async Task LengthAndChunks_Together_NeverReachABackendAsTwoRequests()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
        await client.ReadHeadAsync();

        Assert.DoesNotContain(backend.Received, request => request["Content-Length"] is not null && request["Transfer-Encoding"] is not null);
        // RFC 9112 §6.1: after such a message the connection is closed, and what follows is not read as a request.
        await client.WaitForCloseAsync();
        Assert.DoesNotContain(backend.Received, request => request.Target == "/smuggled");
    }

    [Theory]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n")]
    [InlineData("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbodyXX")]
    public async Task Chunks_Malformed_Get4xxAndTheBackendNoWholeRequest(string request)
    {
        var whole = 0;
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                Interlocked.Increment(ref whole);
                await connection.AnswerAsync();
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic, request);

        Assert.Equal((400, 0), (answer.Status, whole));
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Theory]
    [InlineData("FFFFFFFFFFF")]
    [InlineData("80000000")]
    public async Task ChunkSize_BeyondWhatTheServerCounts_Gets400AndNothingBehindItIsARequest(string size)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        for (var i = 0; i < 30; i++)
        {
            using var client = await RawClient.ConnectAsync(gateway.Traffic);
            await client.SendAsync($"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{size} /smuggled HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(400, (await client.ReadResponseAsync()).Status);
            await client.WaitForCloseAsync();
        }

        Assert.DoesNotContain(gateway.AccessLog.All, line => line.GetProperty("path").GetString() == "/smuggled");
        Assert.DoesNotContain(backend.Received, request => request.Target == "/smuggled");
    }

    // Wherever the server stopped reading, what follows would be a request line, as a method may be any letters.
    [Fact]
    public async Task Response_ThatBreaksOffInAnUpload_LeavesNothingOfTheBodyToBeReadAsARequest()
    {
        var unit = $"{new string('A', 3_000)} /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        var body = string.Concat(Enumerable.Repeat(unit, 60));
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: false, (":status", "200")), .. Http2Frames.Data(stream, "half"), .. Http2Frames.Reset(stream, Http2Frames.InternalError)]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithoutBreaker());

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            using var client = await RawClient.ConnectAsync(gateway.Traffic);
            await client.SendAsync($"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * body.Length}\r\n\r\n{body}");
            await client.WaitForCloseAsync();
        }));

        Assert.DoesNotContain(gateway.AccessLog.All, line => line.GetProperty("path").GetString() == "/smuggled");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Upgrade_OfAnotherMethodThanGet_IsIgnored(string method)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"{method} /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Equal((200, $"{method} /x HTTP/1.1"), (answer.Status, backend.Received.Single().StartLine));
    }

    [Fact]
    public async Task ForwardedHost_ThatIsNone_Gets400()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));

        var answer = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Host: xn--e\r\n\r\n");

        Assert.Equal((400, 0), (answer.Status, backend.Requests));
        Assert.DoesNotContain(gateway.Logs.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Client_ThatLeavesMidHead_DisturbsNobody()
    {
        using (var client = await RawClient.ConnectAsync(guarded.Gateway.Traffic))
            await client.SendAsync("GET /x HTT");

        using var response = await guarded.Gateway.GetAsync("/unrouted");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    /// <summary>A gateway before a backend that no malformed request may reach.</summary>
    public sealed class Guarded : IAsyncLifetime
    {
        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(Scripts.Serve());

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Gateway = await GatewayFactory.StartAsync(new GatewayConfig().Route("x", "/x/{**rest}", "api").Destinations("api", Backend.Address));

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
