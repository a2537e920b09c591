using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What bounds attempts: <c>MaxAttempts</c>, the budget, and that nothing is sent again in silence.</summary>
public class RetryBoundTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Attempts_EveryDestinationCloses_AreExactlyMaxAttempts(int maxAttempts)
    {
        var backends = Enumerable.Range(0, 6).Select(_ => ScriptedBackend.Start(Scripts.CloseUnanswered)).ToList();
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To([.. backends.Select(backend => backend.Address)]).WithoutBreaker().Set($"{GatewayConfig.Cluster}:Retry:MaxAttempts", maxAttempts));

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal(maxAttempts, backends.Sum(backend => backend.Requests));
        Assert.Equal(maxAttempts, backends.Sum(backend => backend.Connections));
        Assert.All(backends, backend => Assert.InRange(backend.Requests, 0, 1));
        foreach (var backend in backends)
            await backend.DisposeAsync();
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task OnlyDestination_ClosesANewConnection_IsAskedOnce(string method)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(closing.Address).WithoutBreaker());

        using var response = await gateway.Client.SendAsync(new HttpMethod(method), "/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal((1, 1), (closing.Requests, closing.Connections));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(25_000)]
    public async Task OnlyDestination_ClosesANewConnectionOnALargeHead_IsAskedOnce(int length)
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(closing.Address).WithoutBreaker());

        // More than the HTTP client writes at once.
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x", ("X-First", new string('a', length)), ("X-Last", "b"));

        Assert.Equal(502, (int)response.StatusCode);
        Assert.Equal((1, 1), (closing.Requests, closing.Connections));
    }

    [Fact]
    public async Task KeptAliveConnection_FoundClosed_IsReplacedOnTheSameDestination()
    {
        await using var backend = ScriptedBackend.Start(ServeOncePerConnection);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutBreaker());
        Assert.Equal("ok", await gateway.GetTextAsync("/first"));

        Assert.Equal("ok", await gateway.GetTextAsync("/second"));

        Assert.Equal(["/first", "/second", "/second"], backend.Received.Select(request => request.Target));
        Assert.Equal(2, backend.Connections);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task KeptAliveConnections_ThatAllAreClosed_CostOneAttemptAndNoMore(string method)
    {
        var backends = Enumerable.Range(0, 3).Select(_ => ScriptedBackend.Start(ServeOncePerConnection)).ToList();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To([.. backends.Select(backend => backend.Address)]).WithoutBreaker());
        for (var i = 0; i < 3; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/warm"));

        using var response = await gateway.Client.SendAsync(new HttpMethod(method), "/x");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(2, backends.Sum(backend => backend.Received.Count(request => request.Target == "/x")));
        Assert.Equal(4, backends.Sum(backend => backend.Connections));
        foreach (var backend in backends)
            await backend.DisposeAsync();
    }

    [Fact]
    public async Task KeptAliveConnection_FoundClosed_IsTriedElsewhereWhereThatIsPossible()
    {
        await using var closing = ScriptedBackend.Start(ServeOncePerConnection);
        await using var serving = ScriptedBackend.Start(Scripts.Serve("other"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(closing.Address, serving.Address).WithoutBreaker().InOrder());
        Assert.Equal("ok", await gateway.GetTextAsync("/first"));

        Assert.Equal("other", await gateway.GetTextAsync("/second"));

        Assert.Equal(1, closing.Connections);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a body")]
    public async Task KeptAliveConnection_ClosedAfterAPost_DeliversItOnce(string body)
    {
        await using var backend = ScriptedBackend.Start(ServeOncePerConnection);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutBreaker());
        Assert.Equal("ok", await gateway.GetTextAsync("/first"));

        var response = await RawClient.AskAsync(gateway.Traffic, $"POST /second HTTP/1.1\r\nHost: x\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal(502, response.Status);
        Assert.Equal(["/first", "/second"], backend.Received.Select(request => request.Target));
    }

    [Fact]
    public async Task KeptAliveConnections_AllFoundClosed_StayWithinMaxAttempts()
    {
        // Many connections are kept, and from then on every one, old or new, is closed on a request.
        var release = new SyncPoint();
        var closing = false;
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null && !Volatile.Read(ref closing))
            {
                await release.PassAsync(connection.Stopping);
                await connection.AnswerAsync();
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutBreaker());
        var warmUp = Enumerable.Range(0, 8).Select(_ => gateway.GetTextAsync("/warm-up")).ToList();
        await release.WaitForArrivalsAsync(8);
        release.Open();
        await Task.WhenAll(warmUp);
        Volatile.Write(ref closing, true);

        using var response = await gateway.GetAsync("/x");

        Assert.Equal(502, (int)response.StatusCode);
        Assert.InRange(backend.Received.Count(request => request.Target == "/x"), 1, 3);
    }

    [Fact]
    public async Task Connection_ClosedWhileIdle_FailsNoRequest()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            if (await connection.ReadRequestAsync() is not null)
                await connection.AnswerAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        for (var i = 0; i < 20; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        Assert.Equal(20, backend.Requests);
    }

    [Fact]
    public async Task Budget_UsedUp_EndsRetries()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address, serving.Address).InOrder().WithoutBreaker()
            .Set($"{GatewayConfig.Cluster}:Retry:BudgetRatio", 0.2).Set($"{GatewayConfig.Cluster}:Retry:MinRetriesPerSecond", 0));

        var statuses = new List<int>();
        for (var i = 0; i < 30; i++)
        {
            using var response = await gateway.GetAsync("/x");
            statuses.Add((int)response.StatusCode);
        }

        // A fifth of thirty requests; the last of them saw all thirty.
        Assert.Equal(6, statuses.Count(status => status == 200));
        Assert.Equal(24, statuses.Count(status => status == 502));
        Assert.Equal(6, serving.Requests);
        var page = await gateway.ScrapeAsync();
        Assert.Equal(6, page.Value("gateway_retries_total", ("cluster", "api"), ("outcome", "success")));
        Assert.Equal(24, page.Value("gateway_retries_total", ("cluster", "api"), ("outcome", "budget_exhausted")));
    }

    [Fact]
    public async Task Budget_FewRequests_AllowsTheMinimumPerSecond()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address, serving.Address).InOrder().WithoutBreaker()
            .Set($"{GatewayConfig.Cluster}:Retry:BudgetRatio", 0).Set($"{GatewayConfig.Cluster}:Retry:MinRetriesPerSecond", 2));

        var succeeded = 0;
        for (var i = 0; i < 30; i++)
        {
            using var response = await gateway.GetAsync("/x");
            succeeded += (int)response.StatusCode == 200 ? 1 : 0;
        }

        // Two a second, counted over ten seconds.
        Assert.Equal(20, succeeded);
    }

    private static async Task ServeOncePerConnection(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.AnswerAsync();
        // The next request is taken and the connection closed: for the other side it was dead already.
        await connection.ReadRequestAsync();
    }
}
