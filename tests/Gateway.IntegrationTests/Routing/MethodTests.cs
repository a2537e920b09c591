using System.Reflection;
using System.Text.Json;
using Gateway.IntegrationTests.Support;
using Gateway.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Routing;

/// <summary>A route lists any method; where only the method is missing, the answer says which there are.</summary>
public sealed class MethodTests(MethodTests.Routed routed) : IClassFixture<MethodTests.Routed>
{
    [Theory]
    [InlineData("PROPFIND", "/dav/x")]
    [InlineData("QUERY", "/dav/x")]
    [InlineData("propfind", "/dav/x")]
    [InlineData("BREW-COFFEE", "/dav/x")]
    public async Task Method_ThatARouteLists_IsForwardedWhateverItIs(string method, string target)
    {
        var response = await RawClient.AskAsync(routed.Gateway.Traffic, $"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.StartsWith($"{method} {target} ", routed.Backend.Received[^1].StartLine, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("DELETE", "/files/1", "any.example", "GET, HEAD, PUT")]
    [InlineData("DELETE", "/files/1", "any.example.", "GET, HEAD, PUT")]
    [InlineData("TRACE", "/files/1", "any.example", "GET, HEAD, PUT")]
    [InlineData("get", "/dav/x", "any.example", "BREW-COFFEE, PROPFIND, QUERY")]
    // The route is another one for each host: what a stranger's host may do says nothing.
    [InlineData("POST", "/hosted", "a.example", "GET")]
    [InlineData("GET", "/hosted", "b.example", "POST")]
    [InlineData("DELETE", "/hosted", "c.a.example", "GET, PATCH")]
    // A header and a query parameter that a route asks for are no matter of the method.
    [InlineData("GET", "/orders?debug=1", "any.example", "POST")]
    [InlineData("PUT", "/odd/x", "any.example", "GET")]
    public async Task Request_OfWhichOnlyTheMethodIsMissing_Gets405WithThoseThatAre(string method, string target, string host, string allowed)
    {
        var response = await RawClient.AskAsync(routed.Gateway.Traffic, $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.Equal((405, allowed), (response.Status, response["Allow"]));
        var problem = JsonDocument.Parse(response.Text).RootElement;
        Assert.Equal(("Method not allowed", "route"), (problem.GetProperty("title").GetString(), problem.GetProperty("gate").GetString()));
        Assert.Contains(allowed, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("gateway; error=http_request_denied", response["Proxy-Status"]);
    }

    [Theory]
    [InlineData("DELETE", "/nowhere", "any.example")]
    [InlineData("POST", "/hosted", "stranger.example")]
    [InlineData("PATCH", "/hosted", "stranger.example")]
    [InlineData("GET", "/orders", "any.example")]
    public async Task Request_ThatNoMethodWouldHelp_Gets404(string method, string target, string host)
    {
        var response = await RawClient.AskAsync(routed.Gateway.Traffic, $"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.Equal((404, null), (response.Status, response["Allow"]));
    }

    [Fact]
    public async Task Allow_AfterASave_IsThatOfTheNewRoutes()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(backend.Address).Set("ReverseProxy:Routes:all:Match:Methods:0", "PUT");
        await using var gateway = await GatewayFactory.StartAsync(config);
        Assert.Equal("PUT", (await AskAsync())["Allow"]);

        gateway.Save(config.Set("ReverseProxy:Routes:all:Match:Methods:0", "PATCH").ToString());

        await Eventually.TrueAsync(async () => (await AskAsync())["Allow"] == "PATCH", "the save takes effect");

        Task<RawMessage> AskAsync() => RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    // Such requests come in floods, and a matcher of many routes takes long to build.
    [Fact]
    public async Task Matcher_OfTheMethodsThatAre_IsBuiltOnceForAConfiguration()
    {
        var first = await KnownAsync();

        Assert.NotNull(first);
        Assert.Same(first, await KnownAsync());

        async Task<object?> KnownAsync()
        {
            Assert.Equal(405, (await RawClient.AskAsync(routed.Gateway.Traffic, "DELETE /files/1 HTTP/1.1\r\nHost: x\r\n\r\n")).Status);
            return typeof(AllowedMethods).GetField("_known", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(routed.Gateway.Services.GetRequiredService<AllowedMethods>());
        }
    }

    [Fact]
    public async Task Backend_OfAHostWithADot_GetsTheHostAsItCame()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Set("ReverseProxy:Routes:all:Match:Hosts:0", "shop.example").Set("ReverseProxy:Routes:all:Transforms:0:RequestHeaderOriginalHost", "true"));

        var response = await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: shop.example.:8080\r\n\r\n");

        Assert.Equal(200, response.Status);
        Assert.Equal("shop.example.:8080", backend.Received[^1]["Host"]);
    }

    /// <summary>A gateway with routes that differ by method, host, header and query.</summary>
    public sealed class Routed : IAsyncLifetime
    {
        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(Scripts.Serve());

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var config = new GatewayConfig().Destinations("api", Backend.Address);
            Add(config, "reads", "/files/{**rest}", "GET", "HEAD");
            Add(config, "writes", "/files/{id}", "PUT");
            Add(config, "dav", "/dav/{**rest}", "PROPFIND", "QUERY", "BREW-COFFEE");
            Add(config, "a", "/hosted", "GET").Set("ReverseProxy:Routes:a:Match:Hosts:0", "a.example").Set("ReverseProxy:Routes:a:Match:Hosts:1", "*.a.example");
            Add(config, "b", "/hosted", "POST").Set("ReverseProxy:Routes:b:Match:Hosts:0", "b.example");
            Add(config, "deep", "/hosted", "PATCH").Set("ReverseProxy:Routes:deep:Match:Hosts:0", "c.a.example");
            Add(config, "debug", "/orders", "POST").Set("ReverseProxy:Routes:debug:Match:QueryParameters:0:Name", "debug")
                .Set("ReverseProxy:Routes:debug:Match:QueryParameters:0:Mode", "Exists");
            // Two routes between which nothing decides: the matcher fails on both.
            foreach (var header in (string[])["X-A", "X-B"])
            {
                Add(config, header, "/odd/{x}", "GET").Set($"ReverseProxy:Routes:{header}:Match:Headers:0:Name", header)
                    .Set($"ReverseProxy:Routes:{header}:Match:Headers:0:Mode", "NotExists");
            }
            Gateway = await GatewayFactory.StartAsync(config);
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }

        private static GatewayConfig Add(GatewayConfig config, string id, string path, params string[] methods)
        {
            config.Route(id, path, "api");
            for (var i = 0; i < methods.Length; i++)
                config.Set($"ReverseProxy:Routes:{id}:Match:Methods:{i}", methods[i]);
            return config;
        }
    }
}
