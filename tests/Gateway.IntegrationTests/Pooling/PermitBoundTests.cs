using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Pooling;

/// <summary>The requests at a backend never exceed its permits; who waits is served in order.</summary>
public class PermitBoundTests
{
    [Fact]
    public async Task Backend_Under32ParallelClients_NeverHasMoreRequestsThanPermits()
    {
        var (inFlight, peak) = (0, 0);
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                var now = Interlocked.Increment(ref inFlight);
                for (var seen = peak; now > seen && Interlocked.CompareExchange(ref peak, now, seen) != seen; seen = peak)
                    ;
                await Task.Yield();
                Interlocked.Decrement(ref inFlight);
                await connection.AnswerAsync();
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(4, queue: 100));

        await Parallel.ForEachAsync(Enumerable.Range(0, 320), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Bounds.Token }, async (_, _) =>
            Assert.Equal("ok", await gateway.GetTextAsync("/x")));

        Assert.InRange(peak, 2, 4);
        Assert.Equal(320, backend.Requests);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Pool_HeldUp_TakesExactlyItsPermitsAndRefusesTheRest()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(5));

        var asked = Enumerable.Range(0, 32).Select(_ => gateway.GetAsync("/x")).ToList();
        await release.WaitForArrivalsAsync(5);
        await Eventually.EqualAsync(27, () => asked.Count(task => task.IsCompleted));
        Assert.Equal(5, gateway.PermitsInUse());
        release.Open();
        var answers = await Task.WhenAll(asked);

        Assert.Equal(5, answers.Count(answer => (int)answer.StatusCode == 200));
        Assert.Equal(27, answers.Count(answer => (int)answer.StatusCode == 503));
        Assert.Equal(5, backend.Requests);
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Permit_UntilTheLastByteIsSent_IsHeld()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
            await release.PassAsync(connection.Stopping);
            await connection.SendAsync("k");
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1));

        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/x");
        Assert.Equal(200, (int)response.StatusCode);
        await release.WaitForArrivalsAsync(1);
        Assert.Equal(1, gateway.PermitsInUse());
        using var refused = await gateway.GetAsync("/x");
        Assert.Equal(503, (int)refused.StatusCode);
        release.Open();

        Assert.Equal("ok", await response.TextAsync());
        await Eventually.EqualAsync(0, () => gateway.PermitsInUse());
    }

    [Fact]
    public async Task Queue_PermitsComeBack_ServesFirstComeFirst()
    {
        var turns = Enumerable.Range(0, 5).Select(_ => new SyncPoint()).ToArray();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await turns[request.Target[1] - '0'].PassAsync(connection.Stopping);
                await connection.AnswerAsync();
            }
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 4));
        var asked = new List<Task<HttpResponseMessage>> { gateway.GetAsync("/0") };
        await turns[0].WaitForArrivalsAsync(1);
        for (var i = 1; i < 5; i++)
        {
            asked.Add(gateway.GetAsync($"/{i}"));
            await Eventually.EqualAsync(i, () => gateway.Waiting());
        }

        foreach (var turn in turns)
        {
            await turn.WaitForArrivalsAsync(1);
            turn.Open();
        }

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(200, (int)answer.StatusCode));
        Assert.Equal(["/0", "/1", "/2", "/3", "/4"], backend.Received.Select(request => request.Target));
    }

    [Fact]
    public async Task Queue_CircuitOpensMeanwhile_RefusesThoseWhoWait()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await release.PassAsync(connection.Stopping);
        });
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).WithoutRetries().Breaker(1).Permits(1, queue: 3));
        var first = gateway.GetAsync("/first");
        await release.WaitForArrivalsAsync(1);
        var waiting = Enumerable.Range(0, 3).Select(_ => gateway.GetAsync("/waiting")).ToList();
        await Eventually.EqualAsync(3, () => gateway.Waiting());

        release.Open();

        Assert.Equal(502, (int)(await first).StatusCode);
        foreach (var refused in await Task.WhenAll(waiting).WithinPatience())
            Assert.Contains("Circuit open", await refused.TextAsync(), StringComparison.Ordinal);
        Assert.Equal(1, backend.Requests);
        Assert.Equal((0, 0), (gateway.Waiting(), gateway.PermitsInUse()));
    }

    [Fact]
    public async Task Queue_PermitsAreRaisedByASave_LetsThoseWhoWaitIn()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 3));
        var asked = Enumerable.Range(0, 3).Select(_ => gateway.GetAsync("/x")).ToList();
        await Eventually.EqualAsync(2, () => gateway.Waiting());

        gateway.Save(GatewayConfig.To(backend.Address).Permits(3, queue: 3).ToString());

        await release.WaitForArrivalsAsync(3);
        Assert.Equal(3, gateway.PermitsInUse());
        release.Open();
        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(200, (int)answer.StatusCode));
    }

    [Fact]
    public async Task Queue_Full_RefusesAtOnce()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 1));
        var first = gateway.GetAsync("/first");
        await release.WaitForArrivalsAsync(1);
        var second = gateway.GetAsync("/second");
        await Eventually.EqualAsync(1, () => gateway.Waiting());

        using var third = await gateway.GetAsync("/third");

        Assert.Equal(503, (int)third.StatusCode);
        release.Open();
        Assert.Equal(200, (int)(await first).StatusCode);
        Assert.Equal(200, (int)(await second).StatusCode);
    }

    [Fact]
    public async Task Queue_TimeOver_RefusesAndLeavesTheLine()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1, queue: 8, queueTimeout: "00:00:00.150"));
        var first = gateway.GetAsync("/first");
        await release.WaitForArrivalsAsync(1);

        using var second = await gateway.GetAsync("/second");

        Assert.Equal(503, (int)second.StatusCode);
        Assert.Equal(0, gateway.Waiting());
        release.Open();
        Assert.Equal(200, (int)(await first).StatusCode);
        Assert.Equal(1, backend.Requests);
    }

    [Fact]
    public async Task Pool_Disabled_LetsEverybodyThrough()
    {
        var release = new SyncPoint();
        await using var backend = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1).Set($"{GatewayConfig.Cluster}:Pool:Enabled", false));

        var asked = Enumerable.Range(0, 40).Select(_ => gateway.GetAsync("/x")).ToList();
        await release.WaitForArrivalsAsync(40);
        release.Open();

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(200, (int)answer.StatusCode));
    }
}
