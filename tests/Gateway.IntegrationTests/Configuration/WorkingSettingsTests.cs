using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>Settings of YARP's that look odd and are accepted, a line each: a request meets what they say.</summary>
public sealed class WorkingSettingsTests(WorkingSettingsTests.Configured configured) : IClassFixture<WorkingSettingsTests.Configured>
{
    /// <summary>Where it is typed, what (with ' for "), the request's method and target, and a line that the backend gets.</summary>
    public static TheoryData<string, string, string, string> Table => new()
    {
        { "Match", "'Path': '/a%2Fb'", "GET /a%2fb", "GET /a%2fb HTTP/1.1" },
        { "Match", "'Path': '/caf%E9'", "GET /caf%E9", "GET /caf%E9 HTTP/1.1" },
        { "Match", "'Path': '/100%'", "GET /100%25", "GET /100%25 HTTP/1.1" },
        { "Match", "'Path': '/caf\u00e9'", "GET /caf%C3%A9", "GET /caf%C3%A9 HTTP/1.1" },
        { "Match", "'Path': '/a b'", "GET /a%20b", "GET /a%20b HTTP/1.1" },
        { "Match", "'Path': 'api/{**rest}'", "GET /api/x", "GET /api/x HTTP/1.1" },
        { "Match", "'Path': '/api/'", "GET /api", "GET /api HTTP/1.1" },
        { "Match", "'Path': '/v{major:int}.{minor?}'", "GET /v1", "GET /v1 HTTP/1.1" },
        { "Match", "'Methods': ['get']", "GET /api/x", "GET /api/x HTTP/1.1" },
        { "Match", "'QueryParameters': [{ 'Name': 'q', 'Values': ['a b'] }]", "GET /api/x?q=a%20b", "GET /api/x?q=a%20b HTTP/1.1" },

        { "Transforms", "'PathRemovePrefix': 'API'", "GET /api/x", "GET /x HTTP/1.1" },
        { "Transforms", "'PathRemovePrefix': '/api/v1'", "GET /api/v1/x", "GET /x HTTP/1.1" },
        { "Transforms", "'PathPrefix': 'v1/'", "GET /api/x", "GET /v1/api/x HTTP/1.1" },
        { "Transforms", "'PathPrefix': '/a b/caf\u00e9/x%2Fy'", "GET /api/x", "GET /a%20b/caf%C3%A9/x%2Fy/api/x HTTP/1.1" },
        { "Transforms", "'PathSet': 'health'", "GET /api/x", "GET /health HTTP/1.1" },
        { "Transforms", "'PathPattern': 'x/{**REST}'", "GET /api/y", "GET /x/y HTTP/1.1" },
        { "Transforms", "'RequestHeader': 'TE', 'Set': 'trailers'", "GET /api/x", "TE: trailers" },
        { "Transforms", "'RequestHeader': 'Host', 'Set': 'api.internal:8080'", "GET /api/x", "Host: api.internal:8080" },
        { "Transforms", "'RequestHeader': 'X-A', 'Set': ''", "GET /api/x", "X-A: " },
        { "Transforms", "'RequestHeaderRouteValue': 'X-Id', 'Append': 'rest'", "GET /api/x", "X-Id: x" },
        { "Transforms", "'HttpMethodChange': 'put', 'Set': 'post'", "PUT /api/x", "POST /api/x HTTP/1.1" },
        { "Transforms", "'QueryRouteParameter': 'id', 'Append': 'rest'", "GET /api/x", "GET /api/x?id=x HTTP/1.1" },
        { "Transforms", "'X-Forwarded': 'Append', 'Prefix': 'Off'", "GET /api/x", "X-Forwarded-For: 127.0.0.1" },

        { "Cluster", "'HttpClient': { 'RequestHeaderEncoding': 'utf-8', 'ResponseHeaderEncoding': 'latin1' }", "GET /api/x", "GET /api/x HTTP/1.1" },
        { "Cluster", "'HttpRequest': { 'Version': '2' }", "GET /api/x", "GET /api/x HTTP/1.1" },
        { "Cluster", "'SessionAffinity': { 'Enabled': true, 'AffinityKeyName': '.my-key', 'Cookie': { 'Path': '/shop', 'Domain': '.shop.example' } }", "GET /api/x", "GET /api/x HTTP/1.1" },
        { "Cluster", "'Metadata': { 'TransportFailureRateHealthPolicy.RateLimit': '0.5' }, 'HealthCheck': { 'Passive': { 'Enabled': true } }", "GET /api/x", "GET /api/x HTTP/1.1" },

        { "Destination", "'Host': 'api.internal:8080'", "GET /api/x", "Host: api.internal:8080" },
        { "Destination", "'Host': '[2001:db8::1]:8080'", "GET /api/x", "Host: [2001:db8::1]:8080" },
        { "Destination", "'Host': 'xn--mnchen-3ya.example.'", "GET /api/x", "Host: xn--mnchen-3ya.example." },
        { "Destination", "'Host': 'my_host'", "GET /api/x", "Host: my_host" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public async Task Request_UnderASettingThatIsAccepted_MeetsWhatItSays(string place, string setting, string request, string line)
    {
        var response = await RawClient.AskAsync(configured.Gateway.Traffic, $"{request} HTTP/1.1\r\nHost: {Configured.HostOf(place, setting)}\r\nContent-Length: 0\r\n\r\n");

        Assert.Equal(200, response.Status);
        var received = configured.Backend.Received[^1];
        Assert.Contains(line, received.Headers.Select(header => $"{header.Name}: {header.Value}").Prepend(received.StartLine));
    }

    [Theory]
    [InlineData("shop.example", "xn--mnchen-3ya.example")]
    [InlineData("any.example", "a.wild.example")]
    public async Task Host_AsAPersonTypesIt_IsMatched(string other, string host)
    {
        var response = await RawClient.AskAsync(configured.Gateway.Traffic, $"GET /hosts HTTP/1.1\r\nHost: {host}\r\n\r\n");
        var stranger = await RawClient.AskAsync(configured.Gateway.Traffic, $"GET /hosts HTTP/1.1\r\nHost: {other}\r\n\r\n");

        Assert.Equal((200, 404), (response.Status, stranger.Status));
    }

    /// <summary>A gateway with a route and a cluster for each line, told apart by the host.</summary>
    public sealed class Configured : IAsyncLifetime
    {
        internal ScriptedBackend Backend { get; } = ScriptedBackend.Start(Scripts.Serve());

        internal GatewayFactory Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var config = new GatewayConfig();
            foreach (var row in Table)
            {
                var (place, setting, _, _) = row.Data;
                var id = HostOf(place, setting);
                config.Route(id, "/api/{**rest}", id).Set($"ReverseProxy:Routes:{id}:Match:Hosts", new JsonArray(id)).Destinations(id, Backend.Address);
                foreach (var (key, value) in JsonNode.Parse($"{{ {setting.Replace('\'', '"')} }}")!.AsObject())
                    config.Set($"{PathOf(place, id)}:{key}", value?.DeepClone());
            }
            config.Route("hosts", "/hosts", "hosts").Destinations("hosts", Backend.Address)
                .Set("ReverseProxy:Routes:hosts:Match:Hosts", new JsonArray("m\u00fcnchen.example", "*.wild.example."));
            Gateway = await GatewayFactory.StartAsync(config);
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Backend.DisposeAsync();
        }

        /// <summary>The same for the same line, whichever process lists the table.</summary>
        public static string HostOf(string place, string setting) =>
            $"h{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(place + setting)))[..16]}.example";

        private static string PathOf(string place, string id) => place switch
        {
            "Match" => $"ReverseProxy:Routes:{id}:Match",
            "Transforms" => $"ReverseProxy:Routes:{id}:Transforms:0",
            "Cluster" => $"ReverseProxy:Clusters:{id}",
            _ => $"ReverseProxy:Clusters:{id}:Destinations:d1",
        };
    }
}
