using System.Net.Security;
using System.Net.WebSockets;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>TLS to backends: whom the gateway believes, what it speaks, and what it says when nothing comes of it.</summary>
public class TlsTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1, "HTTP/1.1")]
    [InlineData(HttpProtocols.Http2, "HTTP/2")]
    [InlineData(HttpProtocols.Http1AndHttp2, "HTTP/2")]
    public async Task Protocol_IsTheBestThatBothSpeak(HttpProtocols protocols, string spoken)
    {
        await using var backend = await KestrelBackend.StartAsync(protocols, encrypted: true, context => context.Response.WriteAsync(context.Request.Protocol));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).TrustingAll());

        for (var i = 0; i < 3; i++)
            Assert.Equal(spoken, await gateway.GetTextAsync("/x"));
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task Bodies_LargerThanARecord_GoBothWays(HttpProtocols protocols)
    {
        await using var backend = await KestrelBackend.StartAsync(protocols, encrypted: true, KestrelBackend.EchoBody);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).TrustingAll());
        var body = new byte[1_000_000];
        new Random(1).NextBytes(body);

        using var response = await gateway.Client.PostAsync("/x", new ByteArrayContent(body), Bounds.Token);

        Assert.Equal(body, await response.Content.ReadAsByteArrayAsync(Bounds.Token));
    }

    [Fact]
    public async Task WebSocket_ToABackendWithTls_GoesBothWays()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http1AndHttp2, encrypted: true, EchoOnceAsync);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).TrustingAll());
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Traffic) { Scheme = "ws", Path = "/ws" }.Uri, Bounds.Token);
        var buffer = new byte[100];

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, Bounds.Token);
        var echoed = await socket.ReceiveAsync(buffer.AsMemory(), Bounds.Token);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Bounds.Token);

        Assert.Equal("hello"u8.ToArray(), buffer[..echoed.Count]);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task ServerName_IsTheDestinationsHost_NotTheClients()
    {
        var asked = new List<string?>();
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificateSelectionCallback = (_, name) =>
            {
                asked.Add(name);
                return SelfSigned.Certificate;
            },
        };
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), tls);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new UriBuilder(backend.Address) { Host = "localhost" }.Uri).TrustingAll());

        var response = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: public.example\r\n\r\n");

        Assert.Equal((200, "localhost"), (response.Status, Assert.Single(asked)));
        Assert.Equal($"localhost:{backend.Address.Port}", backend.Received.Single()["Host"]);
    }

    [Fact]
    public async Task Certificate_ThatNobodySigned_IsNotBelieved()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), SelfSigned.Speaking());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        using var response = await gateway.GetAsync("/x");

        await AssertUnreachableAsync(response, 502, "tls_protocol_error");
        Assert.Equal(0, backend.Requests);
        await gateway.Logs.WaitForAsync("destination d1 of cluster api failed, tls_protocol_error: The remote certificate ");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Certificate_ThatNobodySigned_IsRetriedOnAnotherDestination(string method)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve(), SelfSigned.Speaking());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address, serving.Address).InOrder());

        using var response = await gateway.Client.SendAsync(new HttpMethod(method), "/x");

        Assert.Equal((200, 0, 1), ((int)response.StatusCode, backend.Requests, serving.Requests));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handshake_ThatHangs_EndsByTheTimeToConnect(bool afterAFirstByte)
    {
        await using var hanging = ScriptedBackend.Start(async connection =>
        {
            if (afterAFirstByte)
                await connection.SendAsync([22, 3, 3]);
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(Encrypted(hanging)).TrustingAll()
            .Set($"{GatewayConfig.Cluster}:Timeouts:Connect", "00:00:00.150"));

        using var response = await gateway.GetAsync("/x");

        await AssertUnreachableAsync(response, 504, "connection_timeout");
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Handshake_ThatWasInTime_DoesNotEndTheConnectionLater()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release), SelfSigned.Speaking());
        await using var hanging = ScriptedBackend.Start(connection => connection.WaitForCloseAsync());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).TrustingAll()
            .Route("hanging", "/hanging", "hanging").Destinations("hanging", Encrypted(hanging))
            .Set($"{GatewayConfig.Defaults}:Timeouts:Connect", "00:00:01.500"));

        var held = gateway.GetTextAsync("/x");
        await release.WaitForArrivalsAsync(1);
        // The time of a later connection is up, and so is that of the one before it.
        using var late = await gateway.GetAsync("/hanging");
        release.Open();

        Assert.Equal((504, "ok"), ((int)late.StatusCode, await held));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Handshake_ThatTheBackendBreaksOff_IsTriedOnAnotherDestination(string method)
    {
        await using var closing = ScriptedBackend.Start(connection => connection.ReadSomeAsync());
        await using var resetting = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadSomeAsync();
            connection.Reset();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(Encrypted(closing), Encrypted(resetting)).TrustingAll().InOrder());

        using var response = await gateway.Client.SendAsync(new HttpMethod(method), "/x");

        Assert.Equal((502, "gateway; error=connection_terminated"), ((int)response.StatusCode, response.Header("Proxy-Status")));
        Assert.Equal((1, 1), (closing.Connections, resetting.Connections));
        Assert.Equal(2, gateway.Logs.All.Count(line => line.Contains(" failed, connection_terminated: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Backend_ThatSpeaksNoTls_IsUnreachable()
    {
        await using var plain = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadSomeAsync();
            await connection.SendAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(Encrypted(plain)).TrustingAll());

        using var response = await gateway.GetAsync("/x");

        await AssertUnreachableAsync(response, 502, "tls_protocol_error");
    }

    private static Uri Encrypted(ScriptedBackend backend) => new UriBuilder(backend.Address) { Scheme = "https" }.Uri;

    private static async Task AssertUnreachableAsync(HttpResponseMessage response, int status, string error)
    {
        var text = await response.TextAsync();
        Assert.Equal((status, $"gateway; error={error}"), ((int)response.StatusCode, response.Header("Proxy-Status")));
        Assert.Contains("Backend unreachable", text, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
    }

    private static async Task EchoOnceAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
        await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", context.RequestAborted);
    }
}
