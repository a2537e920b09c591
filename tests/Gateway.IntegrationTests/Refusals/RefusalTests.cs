using System.Text.Json;
using Backend;
using Gateway.IntegrationTests.Support;
using Grpc.Core;
using Grpc.Net.Client;

namespace Gateway.IntegrationTests.Refusals;

/// <summary>What the table of refusals does not say row by row.</summary>
public class RefusalTests
{
    [Fact]
    public async Task FullPoolAndOpenCircuitAndWeightZero_AtOnce_TellTheFullPool()
    {
        var release = new SyncPoint();
        await using var full = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await release.PassAsync(connection.Stopping);
        });
        await using var failing = ScriptedBackend.Start(async connection => await connection.ReadRequestAsync());
        await using var gateway = await GatewayFactory.StartAsync(OneFailureOpens(GatewayConfig.To(failing.Address, full.Address, Nowhere)).WithoutRetries().InOrder()
            .Set($"{GatewayConfig.Cluster}:Pool:PermitsPerDestination", 1)
            .Set($"{GatewayConfig.Cluster}:Destinations:d3:Weight", 0));
        using var first = await gateway.GetAsync("/opens-the-circuit-of-d1");
        Assert.Equal("Backend closed the connection", await TitleAsync(first));
        using var holder = await RawClient.ConnectAsync(gateway.Traffic);
        await holder.SendAsync("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
        await release.WaitForArrivalsAsync(1);

        using var refused = await gateway.GetAsync("/x");

        Assert.Equal("Pool exhausted", await TitleAsync(refused));
    }

    [Fact]
    public async Task OpenCircuitAndWeightZero_AtOnce_TellTheOpenCircuit()
    {
        await using var failing = ScriptedBackend.Start(async connection => await connection.ReadRequestAsync());
        await using var gateway = await GatewayFactory.StartAsync(OneFailureOpens(GatewayConfig.To(failing.Address, Nowhere)).WithoutRetries()
            .Set($"{GatewayConfig.Cluster}:Destinations:d2:Weight", 0));
        using var first = await gateway.GetAsync("/opens-the-circuit");

        using var refused = await gateway.GetAsync("/x");

        Assert.Equal("Circuit open", await TitleAsync(refused));
    }

    [Fact]
    public async Task OpenCircuit_JustOpened_TellsTheSecondsUntilItsProbe()
    {
        await using var failing = ScriptedBackend.Start(async connection => await connection.ReadRequestAsync());
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig()
            .Route("a", "/a", "a").Destinations("a", failing.Address)
            .Set("Gateway:ClusterDefaults:CircuitBreaker:FailureThreshold", 1)
            .Set("Gateway:ClusterDefaults:CircuitBreaker:BreakDuration", "00:00:07").WithoutRetries());
        using var first = await gateway.GetAsync("/a");

        using var refused = await gateway.GetAsync("/a");

        Assert.Equal("7", refused.Header("Retry-After"));
    }

    [Fact]
    public async Task GrpcClient_RefusedByALimit_SeesResourceExhausted()
    {
        await using var backend = await BackendServer.StartAsync(new() { GrpcPort = 0 }, Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.GrpcPort}/")).OverHttp2().WithHttp2().Limit("Gateway:RateLimit:Global", 1));
        using var channel = GrpcChannel.ForAddress(gateway.Http2);
        var client = new Echo.EchoClient(channel);
        Assert.Equal("hi", (await client.UnaryAsync(new EchoRequest { Message = "hi" }, cancellationToken: Bounds.Token)).Message);

        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await client.UnaryAsync(new EchoRequest { Message = "hi" }, cancellationToken: Bounds.Token));

        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
        Assert.StartsWith("Rate limit exceeded", refused.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusal_OfATracedRequest_CarriesTheClientsTraceId()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", JsonDocument.Parse(await response.TextAsync()).RootElement.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task RateLimitHeaders_SlowBucket_TellItsNumbersInWholeSeconds()
    {
        await using var backend = ScriptedBackend.Start(connection => connection.ServeAsync());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Limit("Gateway:RateLimit:Global", 4, "00:00:30").Set("Gateway:RateLimit:Global:TokensPerPeriod", 2));
        for (var i = 0; i < 4; i++)
            await gateway.GetTextAsync("/x");

        using var refused = await gateway.GetAsync("/x");

        // Two tokens in 30 s: the next one comes within 15 s, an empty bucket of four fills in 60 s.
        Assert.Equal("\"global\";q=4;w=60", refused.Header("RateLimit-Policy"));
        Assert.Equal("\"global\";r=0;t=15", refused.Header("RateLimit"));
        Assert.Equal("15", refused.Header("Retry-After"));
    }

    [Fact]
    public async Task ConnectTimeout_WithinALongRouteTimeout_IsToldAsConnecting()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(silent.Address)
            .Set("ReverseProxy:Routes:all:Timeout", "00:00:08").Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.200"));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(504, (int)response.StatusCode);
        Assert.Equal("Backend unreachable", await TitleAsync(response));
        Assert.Equal("gateway; error=connection_timeout", response.Header("Proxy-Status"));
    }

    [Fact]
    public async Task Response_CutOffInItsBody_ReachesTheClientAsBroken()
    {
        // A connection that is broken off takes along what the client has not read yet.
        var begun = new TaskCompletionSource();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly a part");
            await begun.Task;
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");

        Assert.Equal(200, (int)response.StatusCode);
        begun.SetResult();
        await Assert.ThrowsAsync<HttpRequestException>(response.TextAsync);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    // An address of weight 0 is never asked, so nobody need listen there.
    private static readonly Uri Nowhere = new("http://127.0.0.1:9/");

    private static GatewayConfig OneFailureOpens(GatewayConfig config) => config
        .Set($"{GatewayConfig.Cluster}:CircuitBreaker:FailureThreshold", 1)
        .Set($"{GatewayConfig.Cluster}:CircuitBreaker:BreakDuration", "01:00:00");

    private static async Task<string?> TitleAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.TextAsync()).RootElement.GetProperty("title").GetString();
}
