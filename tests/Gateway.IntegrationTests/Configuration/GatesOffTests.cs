using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>Each gate works without the others.</summary>
public class GatesOffTests
{
    [Theory]
    [InlineData("Pool")]
    [InlineData("CircuitBreaker")]
    [InlineData("Retry")]
    [InlineData("HealthCheck:Tcp")]
    public async Task Gate_AloneOn_Works(string gate)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(AllOff(GatewayConfig.To(backend.Address)).Set($"{GatewayConfig.Cluster}:{gate}:Enabled", true));

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    [Fact]
    public async Task AllGates_Off_StillForwardAndTellFailures()
    {
        using var refusing = new RefusingPort();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(AllOff(GatewayConfig.To(refusing.Address, backend.Address)));

        var statuses = new List<int>();
        for (var i = 0; i < 10; i++)
        {
            using var response = await gateway.GetAsync("/x");
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal((5, 5), (statuses.Count(status => status == 200), statuses.Count(status => status == 502)));
    }

    private static GatewayConfig AllOff(GatewayConfig config) => config.WithoutRetries().WithoutBreaker()
        .Set($"{GatewayConfig.Defaults}:Pool:Enabled", false).Set("Gateway:AccessLog:Enabled", false);
}
