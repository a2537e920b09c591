using System.Net;
using System.Net.Sockets;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>What a change of the listeners must not do.</summary>
public sealed class ListenerLimitTests
{
    private const string Extra = "Kestrel:Endpoints:Extra";

    [Fact]
    public async Task Endpoint_OnATakenPort_IsRejectedAsAWhole()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Says("one"));

        await gateway.SaveAsync(GatewayConfig.To(backend.Address).Says("two").Set($"{Extra}:Url", $"http://{taken.LocalEndpoint}"));

        Assert.Equal("one", await gateway.Factory.InForceAsync());
        Assert.Equal((1, false), await gateway.Factory.ReloadsAsync());
    }

    [Fact]
    public async Task Limits_Changed_AreRejectedAsNeedingARestart()
    {
        await using var gateway = await SteppedGateway.StartAsync(new GatewayConfig());

        await gateway.SaveAsync(new GatewayConfig().Set("Kestrel:Limits:MaxRequestHeaderCount", 7));

        Assert.Contains(gateway.Factory.Logs.All, line => line.Contains("Kestrel:Limits", StringComparison.Ordinal) && line.Contains("restart", StringComparison.Ordinal));
    }
}
