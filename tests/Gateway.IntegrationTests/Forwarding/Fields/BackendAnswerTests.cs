using System.Net.WebSockets;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding.Fields;

/// <summary>An answer that HTTP does not allow is refused in words, and so told by client, log and metrics alike; an odd one passes.</summary>
public sealed class BackendAnswerTests
{
    public static TheoryData<string, string> Refused => BackendAnswers.Refused;

    public static TheoryData<string, string, int, string> Passed => BackendAnswers.Passed;

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Answer_ThatHttpDoesNotAllow_IsARefusalThatAllTell(string method, string bytes)
    {
        await using var backend = Answering(bytes);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"{method} /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal((502, "application/problem+json", "gateway; error=http_protocol_error"), (answer.Status, answer["Content-Type"], answer["Proxy-Status"]));
        if (method != "HEAD")
            Assert.Contains("\"gate\":\"upstream\"", answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, backend.Requests);
        // It is the backend that is wrong.
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
        await Eventually.TrueAsync(() => gateway.AccessLog.Texts.Any(line => line.Contains("\"status\":502", StringComparison.Ordinal) && line.Contains("\"gate\":\"upstream\"", StringComparison.Ordinal)), "a line of the log");
        var metrics = await gateway.ScrapeAsync();
        Assert.Equal(1, metrics.Value("gateway_requests_total", ("code", "502"), ("destination", "d1")));
        Assert.Equal(1, metrics.Value("gateway_upstream_errors_total", ("error", "http_protocol_error")));
        Assert.Equal(0, gateway.PermitsInUse());
    }

    [Theory]
    [MemberData(nameof(Passed))]
    public async Task Answer_ThatHttpAllows_Passes(string method, string bytes, int status, string body)
    {
        await using var backend = Answering(bytes);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Breaker(1).WithHttp2());

        var answer = await RawClient.AskAsync(gateway.Traffic, $"{method} /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        using var overHttp2 = await gateway.CreateHttp2Client().SendAsync(new HttpMethod(method), "/x");

        Assert.Equal((status, body), (answer.Status, answer.Text));
        Assert.Equal((status, body), ((int)overHttp2.StatusCode, await overHttp2.TextAsync()));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Switch_ThatWasAskedFor_IsMade(HttpProtocols protocols)
    {
        await using var backend = await KestrelBackend.StartAsync(protocols, encrypted: false, async context =>
        {
            using var accepted = await context.WebSockets.AcceptWebSocketAsync();
            await accepted.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", context.RequestAborted);
        });
        var config = GatewayConfig.To(backend.Address);
        await using var gateway = await GatewayFactory.StartAsync(protocols == HttpProtocols.Http2 ? config.OverHttp2() : config);
        using var socket = new ClientWebSocket();

        await socket.ConnectAsync(new UriBuilder(gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);

        await socket.ReceiveAsync(new byte[10].AsMemory(), Bounds.Token);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }

    [Fact]
    public async Task Switch_ToAnotherProtocolThanAskedFor_IsARefusal()
    {
        await using var backend = Answering("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n");
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var answer = await RawClient.AskAsync(gateway.Traffic,
            "GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");

        Assert.Equal((502, "gateway; error=http_protocol_error"), (answer.Status, answer["Proxy-Status"]));
    }

    [Fact]
    public async Task Body_AnnouncedByA204_IsNeverReadAsTheNextAnswer()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Target != "/204")
                {
                    await connection.AnswerAsync();
                    continue;
                }
                await connection.SendAsync("HTTP/1.1 204 No\r\nContent-Length: 43\r\n\r\n");
                // What was announced comes when the next request does.
                await connection.ReadHeadAsync();
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong");
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        using var first = await gateway.GetAsync("/204");
        using var second = await gateway.GetAsync("/next");

        Assert.Equal((502, 200, "ok"), ((int)first.StatusCode, (int)second.StatusCode, await second.TextAsync()));
    }

    // Everything in one piece; the connection ends where the answer says so.
    private static ScriptedBackend Answering(string bytes) => ScriptedBackend.Start(async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.SendAsync(bytes);
            if (bytes.Contains("Connection: close", StringComparison.Ordinal))
                return;
        }
    });
}
