using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What a route's own transforms leave of the path is still the client's bytes.</summary>
public class PathTransformTests
{
    [Theory]
    [InlineData("PathRemovePrefix", "/api", "/api/a%2Fb", "/a%2Fb")]
    [InlineData("PathPrefix", "/v1", "/a%2Fb", "/v1/a%2Fb")]
    [InlineData("PathSet", "/fixed", "/a%2Fb", "/fixed")]
    public async Task Transform_OfThePath_KeepsTheRestAsItCame(string transform, string value, string target, string expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set($"ReverseProxy:Routes:all:Transforms:0:{transform}", value));

        await RawClient.AskAsync(gateway.Traffic, $"GET {target}?q=%2F HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal($"{expected}?q=%2F", backend.Received[0].Target);
    }

    [Fact]
    public async Task DestinationAddress_WithAPath_StandsBeforeThePath()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri(backend.Address, "/base/")));

        await RawClient.AskAsync(gateway.Traffic, "GET /a%2Fb HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("/base/a%2Fb", backend.Received[0].Target);
    }

    [Fact]
    public async Task QueryTransform_AddsToTheQuery()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:QueryValueParameter", "added").Set("ReverseProxy:Routes:all:Transforms:0:Set", "1"));

        await RawClient.AskAsync(gateway.Traffic, "GET /a HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("/a?added=1", backend.Received[0].Target);
    }
}
