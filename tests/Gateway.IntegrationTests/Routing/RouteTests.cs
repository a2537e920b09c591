using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Routing;

/// <summary>Which route a request takes.</summary>
public sealed class RouteTests(RouteTests.Routed routed) : IClassFixture<RouteTests.Routed>
{
    [Theory]
    [InlineData("GET", "/api", "api")]
    [InlineData("GET", "/api/", "api")]
    [InlineData("GET", "/api/orders/7", "api")]
    [InlineData("GET", "/API/orders", "api")]
    [InlineData("GET", "/apiary", null)]
    [InlineData("GET", "/files/1", "reads")]
    [InlineData("HEAD", "/files/1", "reads")]
    [InlineData("PUT", "/files/1", "writes")]
    [InlineData("GET", "/", null)]
    [InlineData("GET", "/api/../files/1", "reads")]
    [InlineData("GET", "/api/%2e%2e/files/1", "reads")]
    [InlineData("GET", "/api?path=/files", "api")]
    public async Task Request_ByMethodAndPath_TakesItsRoute(string method, string target, string? route) =>
        await AssertRouteAsync(route, $"{method} {target} HTTP/1.1\r\nHost: any.example\r\n\r\n");

    [Theory]
    [InlineData("admin.example.com", "host")]
    [InlineData("ADMIN.example.com", "host")]
    [InlineData("a.tenants.example.com", "wildcard")]
    [InlineData("tenants.example.com", "reads")]
    [InlineData("admin.example.com:8080", "host")]
    [InlineData("admin.example.com.", "host")]
    [InlineData("Admin.Example.Com.:8080", "host")]
    [InlineData("a.tenants.example.com.", "wildcard")]
    [InlineData("dotted.example.com", "dotted")]
    [InlineData("dotted.example.com.", "dotted")]
    public async Task Request_ByHost_TakesItsRoute(string host, string route) =>
        await AssertRouteAsync(route, $"GET /files/1 HTTP/1.1\r\nHost: {host}\r\n\r\n");

    [Theory]
    [InlineData("X-Version: 2", "header")]
    [InlineData("x-version: 2", "header")]
    [InlineData("X-Version: 3", "reads")]
    [InlineData("X-Other: 2", "reads")]
    public async Task Request_ByHeader_TakesItsRoute(string header, string route) =>
        await AssertRouteAsync(route, $"GET /files/1 HTTP/1.1\r\nHost: x\r\n{header}\r\n\r\n");

    [Theory]
    [InlineData("GET", "/anything/else")]
    [InlineData("DELETE", "/files/1")]
    public async Task Request_NoOtherRouteTakes_FallsBack(string method, string target)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve("fallback"));
        await using var specific = ScriptedBackend.Start(Scripts.Serve("specific"));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Route("reads", "/files/{**rest}", "files").Set("ReverseProxy:Routes:reads:Match:Methods:0", "GET").Destinations("files", specific.Address));

        var response = await RawClient.AskAsync(gateway.Traffic, $"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal("fallback", response.Text);
    }

    private async Task AssertRouteAsync(string? route, string request)
    {
        var response = await RawClient.AskAsync(routed.Gateway.Traffic, request);

        if (route is null)
        {
            Assert.Equal(404, response.Status);
            Assert.Contains("No route matches", response.Text, StringComparison.Ordinal);
            return;
        }
        // Each cluster's backend says its name in a header, which a HEAD shows too.
        Assert.Equal((200, route), (response.Status, response["X-Cluster"]));
    }

    /// <summary>A gateway with a route of each kind, each to a cluster of its own name.</summary>
    public sealed class Routed : IAsyncLifetime
    {
        private readonly List<ScriptedBackend> _backends = [];

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var config = new GatewayConfig();
            Add(config, "api", "/api/{**rest}");
            Add(config, "reads", "/files/{**rest}").Set("ReverseProxy:Routes:reads:Match:Methods:0", "GET").Set("ReverseProxy:Routes:reads:Match:Methods:1", "HEAD");
            Add(config, "writes", "/files/{**rest}").Set("ReverseProxy:Routes:writes:Match:Methods:0", "PUT");
            // ASP.NET Core asks for the method before the host: who names a method comes before who names only a host.
            Add(config, "host", "/files/{**rest}").Set("ReverseProxy:Routes:host:Match:Hosts:0", "admin.example.com").Set("ReverseProxy:Routes:host:Match:Methods:0", "GET");
            Add(config, "wildcard", "/files/{**rest}").Set("ReverseProxy:Routes:wildcard:Match:Hosts:0", "*.tenants.example.com").Set("ReverseProxy:Routes:wildcard:Match:Methods:0", "GET");
            Add(config, "dotted", "/files/{**rest}").Set("ReverseProxy:Routes:dotted:Match:Hosts:0", "dotted.example.com.").Set("ReverseProxy:Routes:dotted:Match:Methods:0", "GET");
            Add(config, "header", "/files/{**rest}").Set("ReverseProxy:Routes:header:Match:Headers:0:Name", "X-Version")
                .Set("ReverseProxy:Routes:header:Match:Headers:0:Values:0", "2").Set("ReverseProxy:Routes:header:Match:Methods:0", "GET");
            Gateway = await GatewayFactory.StartAsync(config);
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            foreach (var backend in _backends)
                await backend.DisposeAsync();
        }

        private GatewayConfig Add(GatewayConfig config, string id, string path)
        {
            var backend = ScriptedBackend.Start(async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.SendAsync($"HTTP/1.1 200 OK\r\nX-Cluster: {id}\r\nContent-Length: 0\r\n\r\n");
            });
            _backends.Add(backend);
            return config.Route(id, path, id).Destinations(id, backend.Address);
        }
    }
}
