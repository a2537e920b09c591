using Gateway.Draining;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What an HTTP/2 backend does to a connection or a stream, and what the client and the circuit hear of it.</summary>
public sealed class Http2BackendTests
{
    [Theory]
    [InlineData("10", "")]
    [InlineData("2", "too much")]
    public async Task Body_OfAnotherLengthThanAnnounced_IsNoResponse(string length, string body)
    {
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: false, (":status", "200"), ("content-length", length)), .. Http2Frames.Data(stream, body, ends: true)]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithHttp2().WithoutRetries());
        using var http2 = gateway.CreateHttp2Client();

        foreach (var client in (HttpClient[])[gateway.Client, http2])
        {
            using var response = await client.SendAsync(HttpMethod.Get, "/x");
            Assert.Equal((502, "gateway; error=http_protocol_error"), ((int)response.StatusCode, response.Header("Proxy-Status")));
        }

        Assert.Equal(2, (await gateway.ScrapeAsync()).Value("gateway_upstream_errors_total", ("error", "http_protocol_error")));
        Assert.DoesNotContain(gateway.Logs.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_OfTheLengthAnnounced_Passes()
    {
        await using var backend = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: false, (":status", "200"), ("content-length", "4")), .. Http2Frames.Data(stream, "bo"), .. Http2Frames.Data(stream, "dy", ends: true)]));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2());

        Assert.Equal("body", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task Connection_ThatEndsUnderManyRequests_IsOneFailure()
    {
        const int requests = 5;
        await using var backend = ScriptedBackend.Start(Http2Script.CloseOnRequestNumber(requests));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(2).WithoutRetries());

        var all = Enumerable.Range(0, requests).Select(_ => gateway.GetAsync("/x")).ToList();
        var responses = await Task.WhenAll(all);

        Assert.All(responses, response => Assert.Equal(502, (int)response.StatusCode));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task Connection_ThatEndsUnderAnUploadWhoseClientPauses_IsNoFailure()
    {
        var paused = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Http2Script.CloseWhen(paused));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nnot all");
        await paused.WaitForArrivalsAsync(1);
        await Eventually.TrueAsync(() => gateway.Services.GetRequiredService<InFlight>().List().Single().RequestBody!.IsWaiting, "the client is waited for");
        paused.Open();

        Assert.Equal(502, (await client.ReadResponseAsync()).Status);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task BodyWithoutALength_BeyondARoutesLimit_Gets413OverHttp2()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2().Set("ReverseProxy:Routes:all:MaxRequestBodySize", 10));
        using var client = gateway.CreateHttp2Client();

        using var small = await client.PostAsync("/x", new UnmeasuredContent(10), Bounds.Token);
        using var large = await client.PostAsync("/x", new UnmeasuredContent(50), Bounds.Token);

        Assert.Equal((200, 413), ((int)small.StatusCode, (int)large.StatusCode));
    }

    [Theory]
    [InlineData(" a")]
    [InlineData("a\t")]
    public async Task FieldWithSpacesAround_OverHttp2_Gets400AndReachesNoBackend(string value)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithHttp2().Breaker(1));
        using var client = await RawClient.ConnectAsync(gateway.Http2);
        await client.SendAsync((byte[])[.. Http2Frames.Opening, .. Http2Frames.Request(1, "GET", ends: true, ("x-a", value))]);

        var line = await gateway.AccessLog.OfAsync("/x");

        Assert.Equal((400, 0), (line.GetProperty("status").GetInt32(), backend.Requests));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    private sealed class UnmeasuredContent(int length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => stream.WriteAsync(new byte[length]).AsTask();

        protected override bool TryComputeLength(out long computed)
        {
            computed = 0;
            return false;
        }
    }
}
