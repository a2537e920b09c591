using System.Net;
using Backend;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Routing;

/// <summary>YARP's own words for a route's policies do what they say.</summary>
public sealed class RoutePolicyTests
{
    [Theory]
    [InlineData("AuthorizationPolicy", "anonymous")]
    [InlineData("CorsPolicy", "disable")]
    [InlineData("TimeoutPolicy", "disable")]
    public async Task Policy_ThatAsksForNothing_LetsTheRequestPass(string key, string word)
    {
        await using var backend = await BackendServer.StartAsync(new(), TestContext.Current.CancellationToken);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/"))
            .Set($"ReverseProxy:Routes:all:{key}", word));

        using var response = await gateway.Client.SendAsync(HttpMethod.Get, "/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
