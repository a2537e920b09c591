using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>What a route's own transforms leave of the path is still the client's bytes.</summary>
public class PathTransformTests
{
    [Theory]
    [InlineData("PathRemovePrefix", "/api", "/api/a%2Fb", "/a%2Fb")]
    [InlineData("PathPrefix", "/v1", "/a%2Fb", "/v1/a%2Fb")]
    [InlineData("PathSet", "/fixed", "/a%2Fb", "/fixed")]
    [InlineData("PathSet", "fixed", "/", "/fixed")]
    [InlineData("PathSet", "/a%20b%2Fc \u00e9#%", "/", "/a%20b%2Fc%20%C3%A9%23%25")]
    [InlineData("PathPrefix", "/v%201/", "/%2525", "/v%201/%2525")]
    [InlineData("PathPrefix", "/v\u00e9", "/%FF/", "/v%C3%A9/%FF/")]
    [InlineData("PathRemovePrefix", "/a b", "/a%20b/%2525", "/%2525")]
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

    [Theory]
    [InlineData("", "/api", "/")]
    [InlineData("", "/api?q", "/?q")]
    [InlineData("", "/api/", "/")]
    [InlineData("/", "/api", "/")]
    [InlineData("/base", "/api", "/base")]
    [InlineData("/base", "/api?q", "/base?q")]
    [InlineData("/base/", "/api", "/base/")]
    [InlineData("/base", "/api/a", "/base/a")]
    public async Task Prefix_RemovedWhole_LeavesAPath(string addressPath, string target, string expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set($"{GatewayConfig.Cluster}:Destinations:d1:Address", backend.Address.ToString().TrimEnd('/') + addressPath)
            .Set("ReverseProxy:Routes:all:Transforms:0:PathRemovePrefix", "/api"));

        await RawClient.AskAsync(gateway.Traffic, $"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal($"GET {expected} HTTP/1.1", backend.Received[0].StartLine);
    }

    [Theory]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api", "/v2")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api/", "/v2/")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api/a", "/v2/a")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api/a/b/", "/v2/a/b/")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api/a//b//", "/v2/a//b//")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/api/%2F%252F%41%FF%zz%", "/v2/%2F%252F%41%FF%zz%")]
    [InlineData("/api/{**rest}", "/v2/{**rest}", "/%61pi/x/../caf%c3%a9/", "/v2/caf%c3%a9/")]
    [InlineData("/api/{**rest}", "/v2/{*rest}", "/api/a/b%2Fc/", "/v2/a%2Fb%2Fc%2F")]
    [InlineData("/api/{**rest}", "/{**rest}", "/api", "/")]
    [InlineData("/api/{**rest}", "/{**rest}", "/api/a+b;c=d", "/a+b;c=d")]
    [InlineData("/api/{id}", "/v2/{id}", "/api/a%252Fb", "/v2/a%252Fb")]
    [InlineData("/api/{id}", "/v2/{id}", "/api/a%2fb", "/v2/a%2fb")]
    [InlineData("/api/{id}", "/v2/{id}", "/api/%FF", "/v2/%FF")]
    [InlineData("/api/{id}", "/v2/{id}/", "/api/a", "/v2/a/")]
    [InlineData("/api/{id}/{part}", "/v2/{part}/x/{id}", "/api/%41/%42", "/v2/%42/x/%41")]
    [InlineData("/api/{id}.{kind}", "/{kind}/{id}", "/api/%25a.%2525", "/%2525/%25a")]
    [InlineData("/api/{id}.{kind?}", "/{kind}/v{id}.old", "/api/%F0%9F%98%80.b", "/b/v%F0%9F%98%80.old")]
    [InlineData("/api/{id?}", "/v2/{id?}", "/api", "/v2")]
    [InlineData("/api/{id=7}", "/v2/{id}", "/api", "/v2/7")]
    [InlineData("/api/{id=a b}", "/v2/{id}", "/api", "/v2/a%20b")]
    [InlineData("/api/{id}", "/caf\u00e9%20x/{id}", "/api/1", "/caf%C3%A9%20x/1")]
    public async Task PathPattern_MovesPartsOfThePath_AsTheyCame(string path, string pattern, string target, string expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Match:Path", path).Set("ReverseProxy:Routes:all:Transforms:0:PathPattern", pattern));

        await RawClient.AskAsync(gateway.Traffic, $"GET {target}?q=%2F HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal($"GET {expected}?q=%2F HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task PathPattern_BeforeAPrefix_KeepsWhatItMoved()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("ReverseProxy:Routes:all:Match:Path", "/api/{**rest}")
            .Set("ReverseProxy:Routes:all:Transforms:0:PathPattern", "/v2/{**rest}").Set("ReverseProxy:Routes:all:Transforms:1:PathPrefix", "/pre fix"));

        await RawClient.AskAsync(gateway.Traffic, "GET /api/a%252F%41/ HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("GET /pre%20fix/v2/a%252F%41/ HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task Prefixes_TakenOffAndPutOn_KeepTheRestAsItCame()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:PathRemovePrefix", "/api").Set("ReverseProxy:Routes:all:Transforms:1:PathPrefix", "/v%201")
            .Set("ReverseProxy:Routes:all:Transforms:2:PathPrefix", "/x").Set("ReverseProxy:Routes:all:Transforms:3:PathRemovePrefix", "/x/v 1"));

        await RawClient.AskAsync(gateway.Traffic, "GET /api/a%252F%41/ HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("GET /a%252F%41/ HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task PathPattern_OfARetriedRequest_IsTheSameAgain()
    {
        await using var backend = ScriptedBackend.Start(connection => connection.Number == 0 ? Scripts.CloseUnanswered(connection) : connection.ServeAsync());
        await using var other = ScriptedBackend.Start(connection => connection.Number == 0 ? Scripts.CloseUnanswered(connection) : connection.ServeAsync());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address, other.Address)
            .Set("ReverseProxy:Routes:all:Match:Path", "/api/{id}").Set("ReverseProxy:Routes:all:Transforms:0:PathPattern", "/v2/{id}")
            .Set("ReverseProxy:Routes:all:Transforms:1:QueryValueParameter", "n").Set("ReverseProxy:Routes:all:Transforms:1:Append", "1"));

        await RawClient.AskAsync(gateway.Traffic, "GET /api/%41?a=+ HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(["/v2/%41?a=+&n=1"], backend.Received.Concat(other.Received).Select(request => request.Target).Distinct());
        Assert.True(backend.Requests + other.Requests >= 2);
    }
}
