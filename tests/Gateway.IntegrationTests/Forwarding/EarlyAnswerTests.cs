using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Polly.CircuitBreaker;
using Http2Connection = Gateway.IntegrationTests.Processes.Support.Http2Connection;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A backend that refuses an upload before it has all of it: its answer is the client's, and no failure.</summary>
public class EarlyAnswerTests
{
    private const int Length = 12_000_000;
    private const int Piece = 500_000;

    [Theory]
    [InlineData(413, false, false)]
    [InlineData(413, true, false)]
    [InlineData(401, false, true)]
    [InlineData(503, false, false)]
    [InlineData(503, true, true)]
    public async Task BackendAnswersAndCloses_ClientGetsTheAnswerAndItsConnectionGoesOn(int status, bool chunked, bool later)
    {
        var close = new SyncPoint();
        if (!later)
            close.Open();
        await using var backend = ScriptedBackend.Start(Refuse(status, close));
        await using var gateway = await StartAsync(backend);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        for (var i = 0; i < 3; i++)
        {
            var upload = UploadAsync(client, chunked);
            await close.WaitForArrivalsAsync(i + 1);
            close.Open();
            await upload;
            var answer = await client.ReadResponseAsync();
            Assert.Equal((status, "too much", "x=1"), (answer.Status, answer.Text, answer["X-Own"]));
        }

        Assert.Equal((3, CircuitState.Closed), (backend.Requests, gateway.Circuit().State));
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total"));
        AssertNoServerError(gateway);
    }

    [Fact]
    public async Task BackendAnswersOnAConnectionUsedBefore_ClientGetsTheAnswer()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.AnswerAsync();
            await Refuse(413, Opened())(connection);
        });
        await using var gateway = await StartAsync(backend);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal("ok", (await client.ReadResponseAsync()).Text);

        await UploadAsync(client, chunked: false);

        Assert.Equal("too much", (await client.ReadResponseAsync()).Text);
        Assert.Equal((2, 1, CircuitState.Closed), (backend.Requests, backend.Connections, gateway.Circuit().State));
    }

    [Fact]
    public async Task BackendAnswersUnderTls_ClientGetsTheAnswer()
    {
        await using var backend = ScriptedBackend.Start(Refuse(413, Opened()), SelfSigned.Speaking());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).TrustingAll().Breaker(1));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await UploadAsync(client, chunked: false);

        Assert.Equal("too much", (await client.ReadResponseAsync()).Text);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task UploadFailsAfterTheAnswer_ClientGetsTheAnswer()
    {
        var close = Opened();
        await using var backend = ScriptedBackend.Start(Refuse(413, close));
        await using var gateway = await StartAsync(backend);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync(Head(chunked: true));
        await client.SendAsync(PieceOf(chunked: true));
        await close.WaitForArrivalsAsync(1);
        for (var sent = 0; sent < Length; sent += Piece)
            await client.SendAsync(PieceOf(chunked: true));
        await client.SendAsync("no chunk\r\n");

        var answer = await client.ReadResponseAsync();
        Assert.Equal((413, "too much"), (answer.Status, answer.Text));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        AssertNoServerError(gateway);
    }

    [Fact]
    public async Task BackendSaysOnlyThatItGoesOn_AndResets_IsAFailure()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 100 Continue\r\n\r\n");
            await connection.ReadExactlyAsync(1);
        });
        await using var gateway = await StartAsync(backend);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await UploadAsync(client, chunked: true);

        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task Http2Backend_AnswersAndResetsWithoutError_ClientGetsTheAnswerAndNobodyIsBlamed()
    {
        // RFC 9113 §8.1: the whole answer, then RST_STREAM with NO_ERROR in the same breath, while the upload goes on.
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: false, (":status", "413"), ("x-own", "x=1")), .. Http2Frames.Data(stream, "too much", ends: true), .. Http2Frames.Reset(stream, Http2Frames.NoError)]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2().Breaker(1));

        for (var i = 0; i < 20; i++)
        {
            using var client = await RawClient.ConnectAsync(gateway.Traffic);
            await client.SendAsync($"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{new string('x', i * 2000)}");
            var answer = await client.ReadResponseAsync();
            Assert.Equal((413, "too much", "x=1"), (answer.Status, answer.Text, answer["X-Own"]));
        }

        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_upstream_errors_total"));
        AssertNoServerError(gateway);
    }

    [Fact]
    public async Task Http2Backend_OfAServersOwn_RefusesAnUpload_ClientGetsTheAnswer()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            context.Response.StatusCode = 413;
            await context.Response.Body.WriteAsync("too much"u8.ToArray());
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2().Breaker(1));

        using var http2 = gateway.CreateHttp2Client();
        for (var i = 0; i < 20; i++)
        {
            using var client = await RawClient.ConnectAsync(gateway.Traffic);
            await client.SendAsync(Head(chunked: false));
            await client.SendAsync(PieceOf(chunked: false));
            var answer = await client.ReadResponseAsync();
            Assert.Equal((413, "too much"), (answer.Status, answer.Text));
            using var response = await http2.PostAsync("/x", new ByteArrayContent(new byte[Length]), Bounds.Token);
            Assert.Equal((413, "too much"), ((int)response.StatusCode, await response.TextAsync()));
        }

        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        AssertNoServerError(gateway);
    }

    [Theory]
    [InlineData("503", true)]
    [InlineData("503", false)]
    [InlineData("200", false)]
    public async Task Http2Backend_AnswersWholeWhileAnUploadLasts_GivesThePermitBackAndIsNotBlamed(string status, bool resets)
    {
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
        [
            .. Http2Frames.Headers(stream, ends: false, (":status", status)), .. Http2Frames.Data(stream, "done", ends: true),
            .. resets ? Http2Frames.Reset(stream, Http2Frames.NoError) : [],
        ]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2().Breaker(1));
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        // A head and half a body: the client never ends it.
        await client.SendAsync(1, 0x83, "/x", [new byte[10]], ends: false);

        // The whole response, its end included, though the request has none.
        await client.WaitForAsync(frame => frame.Stream == 1 && frame.EndsStream);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        await Eventually.TrueAsync(async () => (await gateway.ScrapeAsync()).Value("gateway_requests_in_flight") == 0, "nothing is in flight");
        Assert.DoesNotContain(gateway.Logs.All, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        AssertNoServerError(gateway);
    }

    [Fact]
    public async Task Http2Backend_AnswersWhole_AnUploadThatLastsOverHttp11HoldsNoPermit()
    {
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: false, (":status", "200"), ("content-length", "4")), .. Http2Frames.Data(stream, "done", ends: true)]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n");

        Assert.Equal("done", (await client.ReadResponseAsync()).Text);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        // The rest is read, and the connection goes on.
        await client.SendAsync("4\r\nmore\r\n0\r\n\r\nGET /y HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal("done", (await client.ReadResponseAsync()).Text);
    }

    [Fact]
    public async Task BackendAnswersWithoutReadingOn_ThenReadsAll_IsNotBlamed()
    {
        // RFC 9112 §9.6: it closes only its own side, and takes what comes.
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.SendAsync("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbusy");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(backend);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await UploadAsync(client, chunked: false);

        Assert.Equal((503, "busy"), await client.ReadResponseAsync() is var answer ? (answer.Status, answer.Text) : default);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    private static void AssertNoServerError(GatewayFactory gateway) =>
        Assert.DoesNotContain(gateway.Logs.All, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));

    private static SyncPoint Opened()
    {
        var point = new SyncPoint();
        point.Open();
        return point;
    }

    // Closing with bytes unread resets the connection.
    private static Func<ScriptedConnection, Task> Refuse(int status, SyncPoint close) => async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.SendAsync($"HTTP/1.1 {status} Refused\r\nConnection: close\r\nX-Own: x=1\r\nContent-Length: 8\r\n\r\ntoo much");
        await close.PassAsync(connection.Stopping);
    };

    private static string Head(bool chunked) =>
        $"POST /x HTTP/1.1\r\nHost: x\r\n{(chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Length}")}\r\n\r\n";

    private static string PieceOf(bool chunked) => chunked ? $"{Piece:X}\r\n{new string('x', Piece)}\r\n" : new string('x', Piece);

    private static async Task UploadAsync(RawClient client, bool chunked)
    {
        await client.SendAsync(Head(chunked));
        for (var sent = 0; sent < Length; sent += Piece)
            await client.SendAsync(PieceOf(chunked));
        if (chunked)
            await client.SendAsync("0\r\n\r\n");
    }

    private static Task<GatewayFactory> StartAsync(ScriptedBackend backend) => GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1));
}
