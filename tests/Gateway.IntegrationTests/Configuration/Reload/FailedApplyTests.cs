using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Model;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>All that can fail is tried before an apply begins. Should one fail all the same, the configuration before it is in force again, as a whole.</summary>
public sealed class FailedApplyTests
{
    [Fact]
    public async Task Apply_ThatFails_PutsTheOldConfigurationBack()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config(int permits) => GatewayConfig.To(backend.Address).Permits(permits);
        var failing = new FailsOnce();
        await using var gateway = await SteppedGateway.StartAsync(Config(10), services => services.AddSingleton<IClusterChangeListener>(failing));
        Assert.Equal("ok", await gateway.Factory.GetTextAsync("/a"));

        await gateway.SaveAsync(Config(20).Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", "Random").Route("more", "/more", GatewayConfig.ClusterId));

        Assert.True(failing.Failed);
        Assert.Contains(gateway.Factory.Logs.All, line => line.Contains("rejected, 1 stays in force", StringComparison.Ordinal) && line.Contains("ReverseProxy: cannot be applied", StringComparison.Ordinal));
        Assert.Equal((1L, 1), (gateway.Version, gateway.Store.Current.Routes.Count));
        Assert.Equal(10, (await gateway.Factory.ScrapeAsync()).Value("gateway_pool_permits"));
        Assert.Equal("ok", await gateway.Factory.GetTextAsync("/a"));

        await gateway.SaveAsync(Config(30));

        Assert.Equal(30, (await gateway.Factory.ScrapeAsync()).Value("gateway_pool_permits"));
        Assert.Equal("ok", await gateway.Factory.GetTextAsync("/a"));
        Assert.Equal(1, backend.Connections);
    }

    private sealed class FailsOnce : IClusterChangeListener
    {
        public bool Failed { get; private set; }

        public void OnClusterAdded(ClusterState cluster)
        {
        }

        public void OnClusterChanged(ClusterState cluster)
        {
            if (Failed)
                return;
            Failed = true;
            throw new InvalidOperationException("The cluster cannot be changed.");
        }

        public void OnClusterRemoved(ClusterState cluster)
        {
        }
    }
}
