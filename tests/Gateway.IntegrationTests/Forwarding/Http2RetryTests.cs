using System.Text;
using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Over HTTP/2, too, nothing is sent again in silence.</summary>
public class Http2RetryTests
{
    [Theory]
    [InlineData("refused streams")]
    [InlineData("go away")]
    [InlineData("close")]
    public async Task OnlyDestination_TurnsRequestsAway_GetsNoMoreThanMaxAttempts(string way)
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithoutBreaker()
            .Set($"{GatewayConfig.Cluster}:Retry:MaxAttempts", 2));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.InRange(arrived, 1, 2);
        Assert.InRange(backend.Connections, 1, 2);
    }

    [Theory]
    [InlineData("refused streams")]
    [InlineData("go away")]
    [InlineData("close")]
    public async Task Retries_Off_DeliverARequestOnce(string way)
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().WithoutBreaker().WithoutRetries());

        using var response = await gateway.Client.SendAsync(HttpMethod.Post, "/x");

        Assert.Equal((502, 1), ((int)response.StatusCode, arrived));
    }

    [Theory]
    [InlineData("refused streams", "POST", null)]
    [InlineData("go away", "POST", null)]
    [InlineData("refused streams", "POST", "all of the body")]
    [InlineData("go away", "POST", "all of the body")]
    [InlineData("close", "GET", null)]
    [InlineData("close", "PUT", "all of the body")]
    public async Task RequestThatWasNotProcessedOrIsIdempotent_IsSentWholeToAnotherDestination(string way, string method, string? body)
    {
        var arrived = 0;
        await using var refusing = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var serving = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, KestrelBackend.EchoBody);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address, serving.Address).OverHttp2().InOrder().WithoutBreaker());

        // In one piece: a body that is still on its way when its request is refused is another test's.
        var response = await RawClient.AskAsync(gateway.Traffic, $"{method} /x HTTP/1.1\r\nHost: x\r\nContent-Length: {body?.Length ?? 0}\r\n\r\n{body}");

        Assert.Equal((200, body ?? "", 1), (response.Status, response.Text, arrived));
    }

    [Theory]
    [InlineData("refused streams", true)]
    [InlineData("refused streams", false)]
    [InlineData("go away", true)]
    [InlineData("go away", false)]
    public async Task PostThatIsRefusedDuringItsUpload_GoesOnElsewhereWithTheRest(string way, bool chunked)
    {
        var arrived = 0;
        var begun = new SyncPoint();
        begun.Open();
        await using var refusing = ScriptedBackend.Start(Script(way, () => Interlocked.Increment(ref arrived)));
        await using var serving = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            await begun.PassAsync(context.RequestAborted);
            await KestrelBackend.EchoBody(context);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address, serving.Address).OverHttp2().InOrder().WithoutBreaker());
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n" : "Content-Length: 10\r\n\r\n01234"));
        var answered = client.ReadResponseAsync();
        await Eventually.TrueAsync(() => begun.Arrived > 0 || answered.IsCompleted, "the request is elsewhere, or given up");
        if (!answered.IsCompleted)
            await client.SendAsync(chunked ? "5\r\n56789\r\n0\r\n\r\n" : "56789");

        var response = await answered;
        Assert.Equal(1, arrived);
        Assert.Equal((200, "0123456789"), (response.Status, response.Text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("a body")]
    public async Task PostOnAConnectionThatCloses_IsNotSentAgain(string? body)
    {
        var arrived = 0;
        await using var closing = ScriptedBackend.Start(Http2Script.CloseOnRequest(() => Interlocked.Increment(ref arrived)));
        await using var other = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, KestrelBackend.EchoBody);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(closing.Address, other.Address).OverHttp2().InOrder().WithoutBreaker());

        using var response = await gateway.Client.PostAsync("/x", body is null ? null : new StringContent(body, Encoding.UTF8), Bounds.Token);

        Assert.Equal((502, "gateway; error=connection_terminated", 1), ((int)response.StatusCode, response.Header("Proxy-Status"), arrived));
    }

    [Theory]
    [InlineData("refused streams", "GET", null, false)]
    [InlineData("refused streams", "POST", "a body", false)]
    [InlineData("refused streams", "PATCH", "a body", true)]
    [InlineData("go away", "GET", null, false)]
    [InlineData("go away", "POST", "a body", false)]
    [InlineData("go away", "PATCH", "a body", true)]
    public async Task OnlyDestination_TurnsARequestAwayUnprocessed_GetsItAgainAndIsNotBlamed(string way, string method, string? body, bool chunked)
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Http2Script.TurnAwayThenServe(way, turnedAway: 2, () => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));

        var response = await RawClient.AskAsync(gateway.Traffic, $"{method} /x HTTP/1.1\r\nHost: x\r\n"
            + (chunked ? $"Transfer-Encoding: chunked\r\n\r\n{body!.Length:X}\r\n{body}\r\n0\r\n\r\n" : $"Content-Length: {body?.Length ?? 0}\r\n\r\n{body}"));

        Assert.Equal((200, body ?? "", 3), (response.Status, response.Text, arrived));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        Assert.Equal(2, (await gateway.ScrapeAsync()).Value("gateway_retries_total", ("cluster", "api"), ("outcome", "success"))
            + (await gateway.ScrapeAsync()).Value("gateway_retries_total", ("cluster", "api"), ("outcome", "failure")));
    }

    [Theory]
    [InlineData("refused streams")]
    [InlineData("go away")]
    public async Task OnlyDestination_TurnsAllRequestsAwayUnprocessed_IsNotBlamed(string way)
    {
        await using var backend = ScriptedBackend.Start(Script(way, () => { }));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));

        for (var i = 0; i < 3; i++)
        {
            using var response = await gateway.GetAsync("/x");
            Assert.Equal((502, "gateway; error=connection_terminated"), ((int)response.StatusCode, response.Header("Proxy-Status")));
        }

        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task OnlyDestination_TurnsRequestsAway_BudgetUsedUp_GetsEachOnce()
    {
        var arrived = 0;
        await using var backend = ScriptedBackend.Start(Http2Script.RefuseStreams(() => Interlocked.Increment(ref arrived)));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2()
            .Set($"{GatewayConfig.Cluster}:Retry:BudgetRatio", 0).Set($"{GatewayConfig.Cluster}:Retry:MinRetriesPerSecond", 0));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal((502, 1), ((int)response.StatusCode, arrived));
    }

    [Fact]
    public async Task Destination_AllowsFewerStreamsThanComeAtOnce_ServesAll()
    {
        var release = new SyncPoint();
        await using var backend = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            await release.PassAsync(context.RequestAborted);
            await KestrelBackend.EchoBody(context);
        }, streams: 3);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).OverHttp2().Breaker(1));

        var all = Enumerable.Range(0, 8).Select(i => gateway.Client.PostAsync("/x", new StringContent($"body {i}"), Bounds.Token)).ToList();
        await release.WaitForArrivalsAsync(3);
        release.Open();
        var responses = await Task.WhenAll(all);

        Assert.Equal(Enumerable.Repeat(200, 8), responses.Select(response => (int)response.StatusCode));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"body {i}"), await Task.WhenAll(responses.Select(response => response.TextAsync())));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    private static Func<ScriptedConnection, Task> Script(string way, Action arrived) => way switch
    {
        "refused streams" => Http2Script.RefuseStreams(arrived),
        "go away" => Http2Script.GoAwayAtOnce(arrived),
        _ => Http2Script.CloseOnRequest(arrived),
    };
}
