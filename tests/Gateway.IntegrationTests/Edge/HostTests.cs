using Gateway.IntegrationTests.Support;
using Http2Connection = Gateway.IntegrationTests.Processes.Support.Http2Connection;

namespace Gateway.IntegrationTests.Edge;

/// <summary>A Host that is none is answered with 400; a good one reaches the backend in one line.</summary>
public sealed class HostTests(HostTests.TwoRoutes routes) : IClassFixture<HostTests.TwoRoutes>
{
    public static TheoryData<string> Malformed =>
    [
        "", " ", "\t", ".", "..", "h..h", ".h", "a'b", "a!b", "a$b", "a&b", "a(b)", "a*b", "*", "a+b", "a,b", "a;b", "a=b", "a~b", "a%41b", "a b",
        "h:99999", "h:65536", "h:-1", "h:+1", "h:1x", "h:x", "h:1:2", "h: 80", ":80", "::1", "[::1", "[::1]x", "[]", "[1.2.3.4]", "[v1.a]", "[::1]:99999",
        "a@b", "a/b", "a\\b", "a?b", "a#b", "a\"b", "<a>", "a|b", "a^b", "a`b", "{a}",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
    ];

    public static TheoryData<string> WellFormed =>
    [
        "h", "H", "h.", "h:0", "h:80", "h:00080", "h:65535", "shop.example", "shop.example:8443", "a_b", "_a", "-a", "a-.b", "1.2.3.4", "1.2.3.4:5", "1.2.3.999",
        "[::1]", "[::1]:80", "[::ffff:1.2.3.4]", "[2001:DB8::1]:443", "xn--bcher-kva.example",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Host_Malformed_Gets400AndReachesNoBackend(string host)
    {
        foreach (var path in (string[])["/own", "/original"])
        {
            var before = routes.Backend.Requests;

            var answer = await RawClient.AskAsync(routes.Gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");

            Assert.Equal((400, before), (answer.Status, routes.Backend.Requests));
        }
    }

    [Theory]
    [InlineData("h..h")]
    [InlineData("a'b")]
    [InlineData("h:99999")]
    [InlineData("a%20b")]
    [InlineData("%FF")]
    public async Task Host_ThatAPathSays_Gets400WhereItIsNone(string host)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Route("r", "/{v}/x", "api").Destinations("api", backend.Address)
            .Set("ReverseProxy:Routes:r:Transforms:0:RequestHeaderRouteValue", "Host").Set("ReverseProxy:Routes:r:Transforms:0:Set", "v"));

        var answer = await RawClient.AskAsync(gateway.Traffic, $"GET /{host}/x HTTP/1.1\r\nHost: x\r\n\r\n");
        var good = await RawClient.AskAsync(gateway.Traffic, "GET /shop.example/x HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.Equal((400, 200), (answer.Status, good.Status));
        Assert.Equal("shop.example", Assert.Single(backend.Received.Single().Headers, header => header.Name == "Host").Value);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Authority_Malformed_NeverReachesABackend(string host)
    {
        var before = routes.Backend.Requests;
        using var client = await Http2Connection.OpenAsync(routes.Gateway.Http2);
        await client.AskAsync(1, "/original", authority: host);

        var status = await client.ReadStatusAsync(1);
        // To the server, an empty one is none, and HTTP/2 may do without.
        if (host.Length == 0)
        {
            Assert.Equal((200, routes.Backend.Address.Authority), (status, routes.Backend.Received[^1]["Host"]));
            return;
        }
        // Null where the server resets the stream itself.
        Assert.True(status is 400 or null);
        Assert.Equal(before, routes.Backend.Requests);
    }

    [Theory]
    [MemberData(nameof(WellFormed))]
    public async Task Host_WellFormed_ReachesTheBackendInOneLine(string host)
    {
        Assert.Equal(routes.Backend.Address.Authority, await SentAsync("/own", host));
        Assert.Equal(host, await SentAsync("/original", host));
    }

    [Fact]
    public async Task Host_ThatHttp10DoesNotSay_IsTheDestinations()
    {
        var answer = await RawClient.AskAsync(routes.Gateway.Traffic, "GET /original HTTP/1.0\r\n\r\n");

        Assert.Equal((200, routes.Backend.Address.Authority), (answer.Status, answer.Text));
    }

    // The backend answers with all that it got as Host.
    private async Task<string> SentAsync(string path, string host)
    {
        var answer = await RawClient.AskAsync(routes.Gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        Assert.Equal(200, answer.Status);
        return answer.Text;
    }

    /// <summary>A gateway with a route that keeps the client's Host and one that does not.</summary>
    public sealed class TwoRoutes : IAsyncLifetime
    {
        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
                await connection.AnswerAsync(request["Host"] ?? "none");
        });

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayFactory.StartAsync(new GatewayConfig().WithHttp2()
            .Route("own", "/own", "api").Route("original", "/original", "api").Destinations("api", Backend.Address)
            .Set("ReverseProxy:Routes:original:Transforms:0:RequestHeaderOriginalHost", "true"));

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }
    }
}
