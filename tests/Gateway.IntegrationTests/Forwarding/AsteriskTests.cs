using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Http2Connection = Gateway.IntegrationTests.Processes.Support.Http2Connection;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary><c>OPTIONS *</c> asks about the server and not about a path (RFC 9110 §9.3.7): routes see it as <c>/</c>, and it goes on as it came.</summary>
public sealed class AsteriskTests
{
    [Theory]
    [InlineData("*", "x")]
    [InlineData("http://x", "x")]
    public async Task Asterisk_MatchedAsTheRoot_IsSentAsItCame(string target, string host)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(new Uri(backend.Address, "/base/")));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"OPTIONS {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.Equal((200, "OPTIONS * HTTP/1.1"), (answer.Status, backend.Received[0].StartLine));
    }

    [Fact]
    public async Task Asterisk_OfAnHttp2Client_IsSentAsItCame()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend.Address).WithHttp2());
        using var client = await Http2Connection.OpenAsync(gateway.Http2);

        await client.AskAsync(1, "*", "OPTIONS");

        Assert.Equal(200, await client.ReadStatusAsync(1));
        Assert.Equal("OPTIONS * HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task Asterisk_ToABackendThatSpeaksHttp2_IsSentAsItCame()
    {
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false,
            context => context.Response.WriteAsync(context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        await using var gateway = await GatewayFactory.StartAsync(Config(backend.Address).OverHttp2());

        var answer = await RawClient.AskAsync(gateway.Traffic, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((200, "*"), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Asterisk_WithATransformOfThePath_IsThatPath()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend.Address).Set("ReverseProxy:Routes:root:Transforms:0:PathPrefix", "/v1"));

        await RawClient.AskAsync(gateway.Traffic, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("OPTIONS /v1/ HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task Options_OfTheRoot_IsNoAsterisk()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Config(backend.Address));

        await RawClient.AskAsync(gateway.Traffic, "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n");
        await RawClient.AskAsync(gateway.Traffic, "OPTIONS http://x/ HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(["OPTIONS / HTTP/1.1", "OPTIONS / HTTP/1.1"], backend.Received.Select(request => request.StartLine));
    }

    private static GatewayConfig Config(Uri backend) => new GatewayConfig().Route("root", "/", GatewayConfig.ClusterId).Destinations(GatewayConfig.ClusterId, backend);
}
