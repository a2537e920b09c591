using Gateway.IntegrationTests.Support;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.CircuitBreaking;

/// <summary>The one request that goes through when a break is over.</summary>
public class ProbeTests
{
    [Fact]
    public async Task Probe_Under32ParallelRequests_IsExactlyOneAndItsSuccessCloses()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(FailFirstThen(Scripts.Hold(release)));
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);

        var asked = Enumerable.Range(0, 32).Select(_ => gateway.GetAsync("/x")).ToList();
        await release.WaitForArrivalsAsync(1);
        await Eventually.EqualAsync(31, () => asked.Count(task => task.IsCompleted));
        Assert.Equal(CircuitState.HalfOpen, gateway.Circuit().State);
        release.Open();
        var answers = await Task.WhenAll(asked);

        Assert.Single(answers, answer => (int)answer.StatusCode == 200);
        Assert.Equal(31, answers.Count(answer => (int)answer.StatusCode == 503));
        Assert.Equal(2, backend.Requests);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task Probe_Fails_OpensForAnotherBreak()
    {
        await using var backend = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);

        using var probe = await gateway.GetAsync("/x");
        using var next = await gateway.GetAsync("/x");

        Assert.Equal((502, 503), ((int)probe.StatusCode, (int)next.StatusCode));
        Assert.Equal(2, backend.Requests);
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
    }

    [Fact]
    public async Task Probe_ItsClientLeaves_GoesToTheNextRequest()
    {
        await using var backend = ScriptedBackend.Start(FailFirstThen(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            if (request?.Target == "/leaver")
                await connection.WaitForCloseAsync();
            else
                await connection.AnswerAsync();
        }));
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);
        using var leaver = await RawClient.ConnectAsync(gateway.Traffic);
        await leaver.SendAsync("GET /leaver HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(2, () => backend.Requests);
        using var refused = await gateway.GetAsync("/meanwhile");
        Assert.Equal(503, (int)refused.StatusCode);

        leaver.Reset();
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());

        Assert.Equal("ok", await gateway.GetTextAsync("/next"));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    [Fact]
    public async Task Probe_AnsweredWithHeaders_ClosesBeforeItsBodyIsThrough()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(FailFirstThen(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
            await release.PassAsync(connection.Stopping);
            await connection.SendAsync("k");
        }));
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);

        using var probe = await gateway.Client.SendAsync(HttpMethod.Get, "/x");

        await Eventually.EqualAsync(CircuitState.Closed, () => gateway.Circuit().State);
        release.Open();
        Assert.Equal("ok", await probe.TextAsync());
    }

    [Fact]
    public async Task Probe_AWebSocketThatOpens_ClosesTheCircuit()
    {
        await using var backend = ScriptedBackend.Start(FailFirstThen(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            await connection.WaitForCloseAsync();
        }));
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);
        using var client = await RawClient.ConnectAsync(gateway.Traffic);

        await client.SendAsync("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

        Assert.Equal(101, (await client.ReadHeadAsync()).Status);
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
        Assert.Equal((0, 1), (gateway.PermitsInUse(), gateway.StreamsInUse()));
    }

    [Fact]
    public async Task Probe_ThatHangs_HoldsTheNextOneUpForABreakOnly()
    {
        await using var backend = ScriptedBackend.Start(FailFirstThen(async connection =>
        {
            var request = await connection.ReadRequestAsync();
            if (request?.Target == "/hang")
                await connection.WaitForCloseAsync();
            else
                await connection.AnswerAsync();
        }));
        await using var gateway = await OpenedAsync(backend);
        await AwaitBreakAsync(gateway);
        using var hanging = await RawClient.ConnectAsync(gateway.Traffic);
        await hanging.SendAsync("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(2, () => backend.Requests);

        await AwaitBreakAsync(gateway);

        Assert.Equal("ok", await gateway.GetTextAsync("/next"));
        Assert.Equal(CircuitState.Closed, gateway.Circuit().State);
    }

    private static Func<ScriptedConnection, Task> FailFirstThen(Func<ScriptedConnection, Task> then) =>
        connection => connection.Number == 0 ? Scripts.CloseUnanswered(connection) : then(connection);

    private static async Task<GatewayFactory> OpenedAsync(ScriptedBackend backend)
    {
        var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutRetries().Breaker(1, "00:00:00.700"));
        (await gateway.GetAsync("/opens")).Dispose();
        Assert.Equal(CircuitState.Open, gateway.Circuit().State);
        return gateway;
    }

    private static Task AwaitBreakAsync(GatewayFactory gateway) => Eventually.EqualAsync(TimeSpan.Zero, () => gateway.Circuit().TimeToProbe);
}
