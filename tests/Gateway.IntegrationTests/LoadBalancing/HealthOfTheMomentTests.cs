using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>Health that changes while a request is tried, or waits: every choice goes by what is known then.</summary>
public sealed class HealthOfTheMomentTests
{
    private readonly SwitchedProbe _probe = new();
    private readonly SyncPoint _release = new();

    [Fact]
    public async Task Retry_WhenAnotherDestinationCameUp_GoesThere()
    {
        await using var closing = ScriptedBackend.Start(CloseWhenReleased);
        await using var serving = ScriptedBackend.Start(Scripts.Serve("d2"));
        _probe.TakeDown(serving.Address);
        await using var gateway = await StartAsync(Config(closing, serving));
        await FoundAsync(gateway, "d2", up: false);
        var asked = gateway.GetTextAsync("/x");
        await _release.WaitForArrivalsAsync(1);

        _probe.BringUp(serving.Address);
        await FoundAsync(gateway, "d2", up: true);
        _release.Open();

        Assert.Equal("d2", await asked);
    }

    [Fact]
    public async Task Retry_WhenAnotherDestinationWentDown_PassesItOver()
    {
        await using var closing = ScriptedBackend.Start(CloseWhenReleased);
        await using var goingDown = ScriptedBackend.Start(Scripts.Serve("d2"));
        await using var serving = ScriptedBackend.Start(Scripts.Serve("d3"));
        await using var gateway = await StartAsync(Config(closing, goingDown, serving));
        var asked = gateway.GetTextAsync("/x");
        await _release.WaitForArrivalsAsync(1);

        _probe.TakeDown(goingDown.Address);
        await FoundAsync(gateway, "d2", up: false);
        _release.Open();

        Assert.Equal("d3", await asked);
        Assert.Equal(0, goingDown.Requests);
    }

    [Fact]
    public async Task Waiting_WhenAnotherDestinationComesUp_GoesThereAtOnce()
    {
        await using var full = ScriptedBackend.Start(Scripts.Hold(_release, "d1"));
        await using var serving = ScriptedBackend.Start(Scripts.Serve("d2"));
        _probe.TakeDown(serving.Address);
        await using var gateway = await StartAsync(Config(full, serving).Permits(1, queue: 5, queueTimeout: "01:00:00"));
        await FoundAsync(gateway, "d2", up: false);
        var first = gateway.GetTextAsync("/first");
        await _release.WaitForArrivalsAsync(1);
        var waiting = Enumerable.Range(0, 3).Select(_ => gateway.GetTextAsync("/waiting")).ToList();
        await Eventually.EqualAsync(3, () => gateway.Waiting());

        _probe.BringUp(serving.Address);

        Assert.All(await Task.WhenAll(waiting), text => Assert.Equal("d2", text));
        Assert.False(first.IsCompleted);
        _release.Open();
        Assert.Equal("d1", await first);
    }

    [Fact]
    public async Task Waiting_WhenACircuitsBreakIsOver_IsTheProbe()
    {
        await using var full = ScriptedBackend.Start(Scripts.Hold(_release, "d1"));
        await using var failing = ScriptedBackend.Start(connection => connection.Number == 0 ? Scripts.CloseUnanswered(connection) : connection.ServeAsync("d2"));
        await using var gateway = await StartAsync(
            Config(full, failing).WithoutRetries().Breaker(1, "00:00:01").Permits(1, queue: 5, queueTimeout: "01:00:00"));
        var first = gateway.GetTextAsync("/first");
        await _release.WaitForArrivalsAsync(1);
        using (var failed = await gateway.GetAsync("/fails"))
            Assert.Equal(502, (int)failed.StatusCode);

        Assert.Equal("d2", await gateway.GetTextAsync("/waits"));

        Assert.False(first.IsCompleted);
        _release.Open();
        Assert.Equal("d1", await first);
    }

    [Theory]
    [InlineData("Redistribute", 200)]
    [InlineData("Return503Error", 502)]
    public async Task Waiting_WhenTheDestinationItIsBoundToGoesDown_MovesWhereItMay(string policy, int status)
    {
        var holds = false;
        await using var home = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                if (holds)
                    await _release.PassAsync(connection.Stopping);
                await connection.AnswerAsync("d1");
            }
        });
        await using var other = ScriptedBackend.Start(Scripts.Serve("d2"));
        const string affinity = $"{GatewayConfig.Cluster}:SessionAffinity";
        await using var gateway = await StartAsync(Config(home, other).Permits(1, queue: 5, queueTimeout: "01:00:00").Set($"{affinity}:Enabled", true)
            .Set($"{affinity}:Policy", "HashCookie").Set($"{affinity}:AffinityKeyName", "bound").Set($"{affinity}:FailurePolicy", policy));
        using var binding = await gateway.GetAsync("/binds");
        var cookie = binding.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        holds = true;
        var first = gateway.Client.SendAsync(HttpMethod.Get, "/first", ("Cookie", cookie));
        await _release.WaitForArrivalsAsync(1);
        var waiting = gateway.Client.SendAsync(HttpMethod.Get, "/waits", ("Cookie", cookie));
        await Eventually.EqualAsync(1, () => gateway.Waiting());

        _probe.TakeDown(home.Address);

        using var answer = await waiting;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, other.Requests);
        _release.Open();
        using var served = await first;
        Assert.Equal("d1", await served.TextAsync());
    }

    [Fact]
    public async Task Waiting_WhenASaveAddsADestination_GoesThereAtOnce()
    {
        await using var full = ScriptedBackend.Start(Scripts.Hold(_release, "d1"));
        await using var added = ScriptedBackend.Start(Scripts.Serve("d2"));
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(full.Address).InOrder().Permits(1, queue: 5, queueTimeout: "01:00:00"));
        var first = gateway.Factory.GetTextAsync("/first");
        await _release.WaitForArrivalsAsync(1);
        var waiting = gateway.Factory.GetTextAsync("/waits");
        await Eventually.EqualAsync(1, () => gateway.Factory.Waiting());

        await gateway.SaveAsync(GatewayConfig.To(full.Address, added.Address).InOrder().Permits(1, queue: 5, queueTimeout: "01:00:00"));

        Assert.Equal("d2", await waiting);
        _release.Open();
        Assert.Equal("d1", await first);
    }

    private async Task CloseWhenReleased(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await _release.PassAsync(connection.Stopping);
    }

    private static GatewayConfig Config(params ScriptedBackend[] backends) =>
        GatewayConfig.To([.. backends.Select(backend => backend.Address)]).InOrder().Probing(interval: "00:00:00.020");

    private Task<GatewayFactory> StartAsync(GatewayConfig config) => GatewayFactory.StartAsync(config, _probe.Use);

    // Log and metrics tell it a moment before.
    private static Task FoundAsync(GatewayFactory gateway, string destination, bool up) => Eventually.EqualAsync(up, () =>
        gateway.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster(GatewayConfig.ClusterId, out var cluster)
        && cluster.DestinationsState.AvailableDestinations.Any(available => available.DestinationId == destination));
}
