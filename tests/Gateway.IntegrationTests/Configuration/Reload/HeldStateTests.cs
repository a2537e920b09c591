using Gateway.IntegrationTests.Support;
using Gateway.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>What is removed and added again while requests are on it is as they hold it.</summary>
public sealed class HeldStateTests
{
    private readonly SyncPoint _release = new();

    public enum Removed
    {
        TheDestination,
        TheCluster,
    }

    [Theory]
    [InlineData(Removed.TheDestination)]
    [InlineData(Removed.TheCluster)]
    public async Task Permit_HeldWhileItsDestinationIsRemovedAndAdded_IsTaken(Removed removed)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Hold(_release));
        var with = GatewayConfig.To(backend.Address).Permits(1);
        await using var gateway = await SteppedGateway.StartAsync(with);
        var held = gateway.Factory.GetTextAsync("/held");
        await _release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(Without(removed));
        await gateway.SaveAsync(with);

        Assert.Equal(503, await StatusAsync(gateway));
        Assert.Equal((1, 1), (gateway.Factory.PermitsInUse(), backend.Requests));
        _release.Open();
        Assert.Equal("ok", await held);
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
        Assert.Equal(200, await StatusAsync(gateway));
    }

    [Fact]
    public async Task Permit_BackAfterItsClusterCameBack_IsForTheFirstInLine()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Hold(_release));
        var with = GatewayConfig.To(backend.Address).Permits(1, queue: 1, queueTimeout: "01:00:00");
        await using var gateway = await SteppedGateway.StartAsync(with);
        var held = gateway.Factory.GetTextAsync("/held");
        await _release.WaitForArrivalsAsync(1);
        await gateway.SaveAsync(Without(Removed.TheCluster));
        await gateway.SaveAsync(with);
        var waiting = gateway.Factory.GetTextAsync("/waits");
        await Eventually.EqualAsync(1, () => gateway.Factory.Waiting());

        _release.Open();

        Assert.Equal(("ok", "ok"), (await held, await waiting));
    }

    [Fact]
    public async Task Permit_BackWhileItsDestinationIsRemoved_IsNotLost()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Hold(_release));
        var with = GatewayConfig.To(backend.Address).Permits(1);
        await using var gateway = await SteppedGateway.StartAsync(with);
        var held = gateway.Factory.GetTextAsync("/held");
        await _release.WaitForArrivalsAsync(1);
        await gateway.SaveAsync(Without(Removed.TheDestination));
        _release.Open();
        Assert.Equal("ok", await held);

        await gateway.SaveAsync(with);

        Assert.Equal(200, await StatusAsync(gateway));
        await Eventually.EqualAsync(0, () => gateway.Factory.PermitsInUse());
    }

    [Theory]
    [InlineData(Removed.TheDestination)]
    [InlineData(Removed.TheCluster)]
    public async Task Circuit_HeldWhileItsDestinationIsRemovedAndAdded_StaysOpen(Removed removed)
    {
        await using var backend = ScriptedBackend.Start(connection => connection.Number == 0 ? Scripts.Hold(_release)(connection) : Scripts.CloseUnanswered(connection));
        var with = GatewayConfig.To(backend.Address).WithoutRetries().Breaker(1);
        await using var gateway = await SteppedGateway.StartAsync(with);
        var held = gateway.Factory.GetTextAsync("/held");
        await _release.WaitForArrivalsAsync(1);
        Assert.Equal(502, await StatusAsync(gateway));

        await gateway.SaveAsync(Without(removed));
        await gateway.SaveAsync(with);

        Assert.Equal(CircuitState.Open, gateway.Factory.Circuit().State);
        Assert.Equal(503, await StatusAsync(gateway));
        _release.Open();
        Assert.Equal("ok", await held);
    }

    [Fact]
    public async Task RouteBucket_HeldWhileItsRouteIsRemovedAndAdded_KeepsItsLevel()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Hold(_release));
        var with = GatewayConfig.To(backend.Address).Limit("ReverseProxy:Routes:all:RateLimit", 1);
        await using var gateway = await SteppedGateway.StartAsync(with);
        var held = gateway.Factory.GetTextAsync("/held");
        await _release.WaitForArrivalsAsync(1);

        await gateway.SaveAsync(new GatewayConfig().Route("other", "/other", "api").Destinations("api", backend.Address));
        await gateway.SaveAsync(with);

        Assert.Equal(429, await StatusAsync(gateway));
        _release.Open();
        Assert.Equal("ok", await held);
        // The permit comes back a moment after the last byte.
        await Eventually.EqualAsync(false, () => gateway.Factory.Services.GetRequiredService<GatewayRateLimiter>().Routes["all"].IsHeld);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BreakDuration_Saved_HoldsForACircuitThatIsOpen(bool throughOff)
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        GatewayConfig Config(string duration) => GatewayConfig.To(failing.Address).WithoutRetries().Breaker(1, duration);
        await using var gateway = await SteppedGateway.StartAsync(Config("01:00:00"));
        Assert.Equal(502, await StatusAsync(gateway));
        Assert.Equal(503, await StatusAsync(gateway));

        if (throughOff)
            await gateway.SaveAsync(Config("01:00:00").Set($"{GatewayConfig.Cluster}:CircuitBreaker:Enabled", false));
        await gateway.SaveAsync(Config("00:00:00.010"));

        await Eventually.TrueAsync(async () => await StatusAsync(gateway) == 502, "the probe went through");
    }

    private static GatewayConfig Without(Removed removed) => removed == Removed.TheCluster ? new GatewayConfig()
        // Nobody listens there, and nobody is sent there.
        : GatewayConfig.To().Set($"{GatewayConfig.Cluster}:Destinations:other:Address", "http://127.0.0.1:9/");

    private static async Task<int> StatusAsync(SteppedGateway gateway)
    {
        using var response = await gateway.Factory.GetAsync("/x");
        return (int)response.StatusCode;
    }
}
