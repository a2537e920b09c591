using Gateway.Configuration;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>Saves that come while an earlier one is still being applied: none is lost, the last one wins.</summary>
public sealed class RacingSavesTests
{
    [Fact]
    public async Task Saves_DuringAnApply_EndWithTheLastOne()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var slow = new SlowListener(version: 2);
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"), slow.Use);
        gateway.Write(GatewayConfig.To(backend.Address).Says("two"));
        await gateway.LookAsync();
        var applying = gateway.LookAsync();
        await slow.ReachedAsync();

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        gateway.Write(GatewayConfig.To(backend.Address).Says("three"), rename: true);
        gateway.Write("{");
        gateway.Write(GatewayConfig.To(backend.Address).Says("four"), rename: true);
        Assert.False(applying.IsCompleted);
        slow.Release();
        await applying;
        Assert.Equal("two", await gateway.Factory.InForceAsync());
        await gateway.SettleAsync();

        Assert.Equal("four", await gateway.Factory.InForceAsync());
        Assert.Equal((3, true), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task Save_TakenBackDuringItsApply_IsTakenBack()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var slow = new SlowListener(version: 2);
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"), slow.Use);
        gateway.Write(GatewayConfig.To(backend.Address).Says("two"));
        await gateway.LookAsync();
        var applying = gateway.LookAsync();
        await slow.ReachedAsync();

        gateway.Write(GatewayConfig.To(backend.Address).Says("one"));
        slow.Release();
        await applying;
        await gateway.SettleAsync();

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        Assert.Equal((3, true), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task Faults_SavedDuringAnApply_LeaveInForceWhatWasApplied()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var slow = new SlowListener(version: 2);
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"), slow.Use);
        gateway.Write(GatewayConfig.To(backend.Address).Says("two"));
        await gateway.LookAsync();
        var applying = gateway.LookAsync();
        await slow.ReachedAsync();

        gateway.Write("{ \"ReverseProxy\": 1 }");
        slow.Release();
        await applying;
        await gateway.SettleAsync();

        Assert.Equal("two", await gateway.Factory.InForceAsync());
        Assert.Equal((2, false), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task Requests_DuringAnApply_AreServed()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var slow = new SlowListener(version: 2);
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"), slow.Use);
        gateway.Write(GatewayConfig.To(backend.Address).Says("two").Route("b", "/b", "api"));
        await gateway.LookAsync();
        var applying = gateway.LookAsync();
        await slow.ReachedAsync();

        for (var i = 0; i < 20; i++)
            Assert.Equal("one", await gateway.Factory.InForceAsync());
        slow.Release();
        await applying;

        Assert.Equal("two", await gateway.Factory.InForceAsync());
        Assert.Equal(1, backend.Connections);
    }

    /// <summary>A follower of the configuration that takes its time over one version.</summary>
    private sealed class SlowListener(long version) : IConfigurationListener, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _go = new();

        public void Use(IServiceCollection services) => services.AddSingleton<IConfigurationListener>(this);

        public Task ReachedAsync() => _reached.Task.WithinPatience();

        public void Release() => _go.Set();

        public void Apply(Snapshot snapshot)
        {
            if (snapshot.Version != version)
                return;
            _reached.TrySetResult();
            Assert.True(_go.Wait(Bounds.Patience));
        }

        public void Dispose() => _go.Dispose();
    }
}
