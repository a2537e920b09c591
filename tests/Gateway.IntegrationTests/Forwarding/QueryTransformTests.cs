using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Forwarding;

/// <summary>A transform of the query touches the parameter that it names, and leaves every byte of the others where it is.</summary>
public sealed class QueryTransformTests
{
    private const string Odd = "?b=2&a=1+1&&e=&f&=g&%FF=%ff&c=%2F&B=3&b=4&a=%zz;x=y";

    [Theory]
    [InlineData("QueryValueParameter", "new", "Set", "v", Odd, Odd + "&new=v")]
    [InlineData("QueryValueParameter", "new", "Append", "v", Odd, Odd + "&new=v")]
    [InlineData("QueryValueParameter", "a b", "Set", "c&d=e#f\u00e9+", "", "?a%20b=c%26d%3De%23f%C3%A9%2B")]
    [InlineData("QueryValueParameter", "c", "Set", "v", Odd, "?b=2&a=1+1&&e=&f&=g&%FF=%ff&c=v&B=3&b=4&a=%zz;x=y")]
    [InlineData("QueryValueParameter", "c", "Append", "v", Odd, Odd + "&c=v")]
    [InlineData("QueryValueParameter", "f", "Set", "v", Odd, "?b=2&a=1+1&&e=&f=v&=g&%FF=%ff&c=%2F&B=3&b=4&a=%zz;x=y")]
    [InlineData("QueryValueParameter", "a", "Set", "v", Odd, "?b=2&a=v&&e=&f&=g&%FF=%ff&c=%2F&B=3&b=4")]
    [InlineData("QueryValueParameter", "a", "Set", "v", "", "?a=v")]
    [InlineData("QueryValueParameter", "a", "Append", "v", "?", "?a=v")]
    [InlineData("QueryValueParameter", "a b", "Set", "v", "?x&a+b=1&%61%20b=2&y", "?x&a+b=v&y")]
    [InlineData("QueryRouteParameter", "id", "Set", "id", Odd, Odd + "&id=%2f%41%26%FF%2B")]
    [InlineData("QueryRouteParameter", "c", "Append", "id", "?c=1", "?c=1&c=%2f%41%26%FF%2B")]
    [InlineData("QueryRemoveParameter", "none", null, null, Odd, Odd)]
    [InlineData("QueryRemoveParameter", "none", null, null, "?", "?")]
    [InlineData("QueryRemoveParameter", "e", null, null, Odd, "?b=2&a=1+1&&f&=g&%FF=%ff&c=%2F&B=3&b=4&a=%zz;x=y")]
    [InlineData("QueryRemoveParameter", "b", null, null, Odd, "?a=1+1&&e=&f&=g&%FF=%ff&c=%2F&a=%zz;x=y")]
    [InlineData("QueryRemoveParameter", "b", null, null, "?%62=1", "")]
    [InlineData("QueryRemoveParameter", "b", null, null, "?b", "")]
    public async Task Transform_OfOneParameter_LeavesTheOthersAsTheyCame(string transform, string name, string? mode, string? value, string query, string expected)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address).Set("ReverseProxy:Routes:all:Match:Path", "/{id}").Set($"ReverseProxy:Routes:all:Transforms:0:{transform}", name);
        if (mode is not null)
            config.Set($"ReverseProxy:Routes:all:Transforms:0:{mode}", value);
        await using var gateway = await GatewayFactory.StartAsync(config);

        await RawClient.AskAsync(gateway.Traffic, $"GET /%2f%41&%FF+{query} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal($"GET /%2f%41&%FF+{expected} HTTP/1.1", backend.Received[0].StartLine);
    }

    [Fact]
    public async Task Transforms_OfSeveralParameters_FollowEachOther()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Transforms:0:QueryRemoveParameter", "a")
            .Set("ReverseProxy:Routes:all:Transforms:1:QueryValueParameter", "b").Set("ReverseProxy:Routes:all:Transforms:1:Set", "2")
            .Set("ReverseProxy:Routes:all:Transforms:2:QueryValueParameter", "b").Set("ReverseProxy:Routes:all:Transforms:2:Append", "3"));

        await RawClient.AskAsync(gateway.Traffic, "GET /x?a=1&b=+&C=# HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("GET /x?b=2&C=%23&b=3 HTTP/1.1", backend.Received[0].StartLine);
    }
}
