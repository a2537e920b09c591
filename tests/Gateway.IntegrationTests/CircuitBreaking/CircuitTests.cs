using Gateway.IntegrationTests.Support;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.CircuitBreaking;

/// <summary>What opens a circuit and what closes it.</summary>
public class CircuitTests
{
    [Fact]
    public async Task Circuit_FailuresInARow_OpensAtTheThresholdAndKeepsRequestsAway()
    {
        await using var backend = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(3));

        var titles = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            using var response = await gateway.GetAsync("/x");
            titles.Add((int)response.StatusCode);
        }

        Assert.Equal([502, 502, 502, 503, 503, 503], titles);
        Assert.Equal(3, backend.Requests);
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Status_OfAnOverloadedBackend_CountsAsFailure(int status)
    {
        await using var backend = ScriptedBackend.Start(connection => AnswerAll(connection, status));
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(2));
        for (var i = 0; i < 2; i++)
        {
            using var passedOn = await gateway.GetAsync("/x");
            Assert.Equal((status, "mine"), ((int)passedOn.StatusCode, await passedOn.TextAsync()));
        }

        using var refused = await gateway.GetAsync("/x");

        Assert.Contains("Circuit open", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(2, backend.Requests);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(429)]
    public async Task Status_OfABackendThatAnswers_IsNoFailure(int status)
    {
        await using var backend = ScriptedBackend.Start(connection => AnswerAll(connection, status));
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(1));

        for (var i = 0; i < 5; i++)
        {
            using var response = await gateway.GetAsync("/x");
            Assert.Equal(status, (int)response.StatusCode);
        }

        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task Success_BetweenFailures_BeginsTheCountAnew()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            for (var i = 0; await connection.ReadRequestAsync() is { } request; i++)
                await connection.AnswerAsync("", request.Target == "/fail" ? 503 : 200);
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(3));

        foreach (var path in new[] { "/fail", "/fail", "/ok", "/fail", "/fail", "/ok", "/fail", "/fail" })
            (await gateway.GetAsync(path)).Dispose();

        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        (await gateway.GetAsync("/fail")).Dispose();
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task RefusedConnection_Repeated_OpensTheCircuit()
    {
        using var refusing = new RefusingPort();
        await using var gateway = await StartAsync(GatewayConfig.To(refusing.Address).Breaker(2));
        for (var i = 0; i < 2; i++)
            (await gateway.GetAsync("/x")).Dispose();

        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task Timeout_Repeated_OpensTheCircuit()
    {
        await using var silent = ScriptedBackend.Start(Scripts.StaySilent);
        await using var gateway = await StartAsync(GatewayConfig.To(silent.Address).Breaker(2).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.100"));
        for (var i = 0; i < 2; i++)
            (await gateway.GetAsync("/x")).Dispose();

        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task Client_LeavesBeforeTheAnswer_IsNeitherFailureNorSuccess()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Target == "/hang")
                    await connection.WaitForCloseAsync();
                else
                    await connection.AnswerAsync("", 503);
            }
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(2));
        await LeaveAsync(gateway, backend, before: 0);
        await LeaveAsync(gateway, backend, before: 1);
        await LeaveAsync(gateway, backend, before: 2);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        (await gateway.GetAsync("/fail")).Dispose();
        await LeaveAsync(gateway, backend, before: 4);

        (await gateway.GetAsync("/fail")).Dispose();

        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task Client_ThatStallsItsBody_IsNoFailureOfTheBackend()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadHeadAsync();
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(1).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.200"));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nno more");
        var answer = await client.ReadResponseAsync();

        // Else whoever sends slowly could close a backend to all others.
        Assert.InRange(answer.Status, 400, 599);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task Outcome_BodyCutAfterTheHeaders_IsASuccess()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\ncut");
        });
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Breaker(1));

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.GetTextAsync("/x"));

        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task Circuits_OfOneCluster_OpenEachForItself()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address, serving.Address).Breaker(1));
        for (var i = 0; i < 2; i++)
            (await gateway.GetAsync("/x")).Dispose();
        Assert.Equal(CircuitState.Open, gateway.Circuit("d1").State);

        for (var i = 0; i < 10; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));

        Assert.Equal(1, failing.Requests);
        Assert.Equal(CircuitState.Closed, gateway.Circuit("d2").State);
    }

    [Fact]
    public async Task MaxEjectedPercent_KeepsOneOfTwoClosed_HoweverManyFailTogether()
    {
        await using var one = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var two = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(one.Address, two.Address).Breaker(2).Set($"{GatewayConfig.Cluster}:CircuitBreaker:MaxEjectedPercent", 50));

        var statuses = await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            using var response = await gateway.GetAsync("/x");
            return (int)response.StatusCode;
        }));
        using var later = await gateway.GetAsync("/x");

        Assert.All(statuses, status => Assert.Equal(502, status));
        Assert.Equal(502, (int)later.StatusCode);
        Assert.Equal([CircuitState.Closed, CircuitState.Open], new[] { gateway.Circuit("d1").State, gateway.Circuit("d2").State }.Order());
        Assert.Single(gateway.Logs.All, line => line.Contains("stays CLOSED after 2 failures in a row: MaxEjectedPercent of 50 leaves 1 of 2 out", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Breaker_Disabled_NeverOpens()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(failing.Address).Breaker(1).Set($"{GatewayConfig.Cluster}:CircuitBreaker:Enabled", false));

        for (var i = 0; i < 5; i++)
            (await gateway.GetAsync("/x")).Dispose();

        Assert.Equal(5, failing.Requests);
    }

    private static async Task LeaveAsync(GatewayFactory gateway, ScriptedBackend backend, int before)
    {
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(before + 1, () => backend.Requests);
        client.Reset();
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    private static async Task AnswerAll(ScriptedConnection connection, int status)
    {
        while (await connection.ReadRequestAsync() is not null)
            await connection.AnswerAsync("mine", status);
    }

    private static Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config.WithoutRetries());
}
