using Gateway.IntegrationTests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>Answers that count as a failed attempt, by <c>Retry:StatusCodes</c>.</summary>
public class StatusRetryTests
{
    [Theory]
    [InlineData("GET", null)]
    [InlineData("HEAD", null)]
    [InlineData("PUT", "all of it")]
    [InlineData("DELETE", null)]
    public async Task ListedStatus_IdempotentMethod_IsTriedOnAnotherDestination(string method, string? body)
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        using var response = await SendAsync(gateway, method, body);

        Assert.Equal((200, method == "HEAD" ? "" : "ok"), ((int)response.StatusCode, await response.TextAsync()));
        Assert.Null(response.Header("X-Failed"));
        Assert.Equal((1, 1), (failing.Requests, serving.Requests));
        Assert.Equal(2, (await gateway.AccessLog.OfAsync("/x")).GetProperty("attempts").GetInt32());
        var page = await gateway.ScrapeAsync();
        Assert.Equal(1, page.Value("gateway_retries_total", ("cluster", "api"), ("outcome", "success")));
    }

    [Fact]
    public async Task ListedStatus_Put_ArrivesWholeAtTheNext()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        var arrived = "";
        await using var serving = ScriptedBackend.Start(async connection =>
        {
            arrived = (await connection.ReadRequestAsync())!.Text;
            await connection.AnswerAsync();
        });
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        using var response = await SendAsync(gateway, "PUT", new string('x', 60_000));

        Assert.Equal((200, 60_000), ((int)response.StatusCode, arrived.Length));
    }

    [Theory]
    [InlineData("POST", "body")]
    [InlineData("POST", null)]
    [InlineData("PATCH", "body")]
    public async Task ListedStatus_MethodThatIsNotIdempotent_IsTheClients(string method, string? body)
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        await AssertOwnAnswerAsync(await SendAsync(gateway, method, body));

        Assert.Equal((1, 0), (failing.Requests, serving.Requests));
    }

    [Fact]
    public async Task ListedStatus_BodyThatWasNotKept_IsTheClients()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address).Set($"{GatewayConfig.Cluster}:Retry:MaxBufferedBody", 3));

        await AssertOwnAnswerAsync(await SendAsync(gateway, "PUT", "four"));

        Assert.Equal(0, serving.Requests);
    }

    [Fact]
    public async Task ListedStatus_NoAttemptLeft_IsTheLastOnesOwnAnswer()
    {
        var backends = Enumerable.Range(0, 4).Select(_ => ScriptedBackend.Start(Failing())).ToList();
        await using var gateway = await StartAsync(GatewayConfig.To([.. backends.Select(backend => backend.Address)]));

        await AssertOwnAnswerAsync(await SendAsync(gateway, "GET"));

        Assert.Equal([1, 1, 1, 0], backends.Select(backend => backend.Requests));
        Assert.Equal(2, (await gateway.ScrapeAsync()).Value("gateway_retries_total", ("cluster", "api"), ("outcome", "failure")));
        foreach (var backend in backends)
            await backend.DisposeAsync();
    }

    [Fact]
    public async Task ListedStatus_OnlyDestination_IsTheClients()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address));

        await AssertOwnAnswerAsync(await SendAsync(gateway, "GET"));

        Assert.Equal(1, failing.Requests);
    }

    [Fact]
    public async Task ListedStatus_BudgetUsedUp_IsTheClients()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address)
            .Set($"{GatewayConfig.Cluster}:Retry:BudgetRatio", 0).Set($"{GatewayConfig.Cluster}:Retry:MinRetriesPerSecond", 0));

        await AssertOwnAnswerAsync(await SendAsync(gateway, "GET"));

        Assert.Equal(0, serving.Requests);
        Assert.Equal(0, gateway.PermitsInUse("d2"));
        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gateway_retries_total", ("cluster", "api"), ("outcome", "budget_exhausted")));
    }

    [Fact]
    public async Task ListedStatus_OthersAreFull_IsTheClientsAtOnce()
    {
        var release = new SyncPoint();
        await using var failing = ScriptedBackend.Start(Failing());
        await using var busy = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, busy.Address).Permits(1, queue: 5)
            .Route("busy", "/busy", "busy").Destinations("busy", busy.Address));
        // A retry takes the only permit of the second; the next one finds none and waits for none.
        var holding = SendAsync(gateway, "GET");
        await release.WaitForArrivalsAsync(1);

        await AssertOwnAnswerAsync(await SendAsync(gateway, "GET"));

        release.Open();
        Assert.Equal(200, (int)(await holding).StatusCode);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d1") + gateway.PermitsInUse("d2"));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    public async Task OtherStatus_IsTheClients(int status)
    {
        await using var failing = ScriptedBackend.Start(Failing(status));
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        await AssertOwnAnswerAsync(await SendAsync(gateway, "GET"), status);
    }

    [Fact]
    public async Task ListedStatus_IsJudgedByTheBreakerAsEver()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(Listing(GatewayConfig.To(failing.Address, serving.Address).InOrder().Breaker(3)));

        for (var i = 0; i < 10; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        Assert.Equal((3, 10), (failing.Requests, serving.Requests));
    }

    [Fact]
    public async Task DiscardedAnswer_WithoutEnd_HoldsNeitherRequestNorPermit()
    {
        await using var endless = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true)
                await connection.SendAsync($"1000\r\n{new string('x', 0x1000)}\r\n");
        });
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(endless.Address, serving.Address));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        await Eventually.EqualAsync(0, () => gateway.PermitsInUse("d1"));
    }

    [Fact]
    public async Task DiscardedAnswer_ThatIsShort_LeavesTheConnectionForOthers()
    {
        await using var failing = ScriptedBackend.Start(Failing());
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address));

        for (var i = 0; i < 5; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        Assert.Equal((5, 1), (failing.Requests, failing.Connections));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task ListedStatus_DuringAnUploadOverHttp2_GoesOnElsewhereWithTheRest(bool chunked, bool resets)
    {
        await using var failing = ScriptedBackend.Start(Http2Script.AnswerAtOnce(stream =>
            [.. Http2Frames.Headers(stream, ends: true, (":status", "503")), .. resets ? Http2Frames.Reset(stream, Http2Frames.NoError) : []]));
        var begun = new SyncPoint();
        begun.Open();
        await using var serving = await KestrelBackend.StartAsync(HttpProtocols.Http2, encrypted: false, async context =>
        {
            await begun.PassAsync(context.RequestAborted);
            await KestrelBackend.EchoBody(context);
        });
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address).OverHttp2());
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        // The first one answers while the client still waits to be read on.
        await client.SendAsync("PUT /x HTTP/1.1\r\nHost: x\r\n" + (chunked ? "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n" : "Content-Length: 10\r\n\r\n01234"));
        var answered = client.ReadResponseAsync();
        await Eventually.TrueAsync(() => begun.Arrived > 0 || answered.IsCompleted, "the request is elsewhere, or given up");
        await client.SendAsync(chunked ? "5\r\n56789\r\n0\r\n\r\n" : "56789");

        var response = await answered;
        Assert.Equal((200, "0123456789"), (response.Status, response.Text));
        Assert.DoesNotContain(gateway.Logs.All, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static Func<ScriptedConnection, Task> Failing(int status = 503) => async connection =>
    {
        while (await connection.ReadRequestAsync() is not null)
            await connection.SendAsync($"HTTP/1.1 {status} Mine\r\nX-Failed: yes\r\nContent-Length: 8\r\n\r\nmy words");
    };

    private static async Task AssertOwnAnswerAsync(HttpResponseMessage response, int status = 503)
    {
        using (response)
        {
            Assert.Equal((status, "Mine", "my words"), ((int)response.StatusCode, response.ReasonPhrase, await response.TextAsync()));
            Assert.Equal(("yes", null), (response.Header("X-Failed"), response.Header("Proxy-Status")));
        }
    }

    private static Task<HttpResponseMessage> SendAsync(GatewayFactory gateway, string method, string? body = null) =>
        gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/x") { Content = body is null ? null : new StringContent(body) }, Bounds.Token);

    private static GatewayConfig Listing(GatewayConfig config) =>
        config.Set($"{GatewayConfig.Cluster}:Retry:StatusCodes", new System.Text.Json.Nodes.JsonArray(502, 503));

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(Listing(config.InOrder().WithoutBreaker()));
}
