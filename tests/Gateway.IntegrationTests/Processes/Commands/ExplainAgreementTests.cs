using System.Globalization;
using System.Text.Json;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using GatewayConfig = Gateway.IntegrationTests.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>What <c>explain</c> says of a request is what the running gateway does with it: route, path, headers, or the refusal.</summary>
public sealed class ExplainAgreementTests(ExplainAgreementTests.Running running) : IClassFixture<ExplainAgreementTests.Running>
{
    [Theory]
    [InlineData("GET", "/api/orders/7?page=2")]
    [InlineData("POST", "/api/orders/7", "Content-Length: 0")]
    [InlineData("GET", "/api/a%2Fb/%41/../c%20d")]
    [InlineData("GET", "/api/%2e%2e/files/x")]
    [InlineData("GET", "//api//x")]
    [InlineData("GET", "/files/x", "X-Version: 2")]
    [InlineData("GET", "/files/x", "X-Version: 3")]
    [InlineData("GET", "/files/x?debug=1")]
    [InlineData("GET", "/files/x", "Host: a.tenants.example.com")]
    [InlineData("GET", "/files/x", "Host: a.tenants.example.com.")]
    [InlineData("DELETE", "/files/x")]
    [InlineData("PROPFIND", "/dav/x", "Content-Length: 0")]
    [InlineData("GET", "/dav/x")]
    [InlineData("PUT", "/files/x", "Host: a.tenants.example.com.:8080")]
    [InlineData("GET", "/nothing")]
    [InlineData("GET", "/open/x")]
    [InlineData("GET", "/nobody/x")]
    [InlineData("GET", "/both", "X-A: 1", "X-B: 1")]
    [InlineData("GET", "/api/x", "Connection: close, X-Hop", "X-Hop: 1", "Keep-Alive: 5", "TE: trailers", "Cookie: a=1", "Cookie: b=2")]
    [InlineData("GET", "/api/x", "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.tenants.example.com")]
    [InlineData("GET", "/api/x", "X-Old: 1", "X-Own: a", "X-Own: b", "Accept: text/html")]
    [InlineData("GET", "/files/x", "X-Version: 2", "Connection: close, X-Version")]
    [InlineData("GET", "/api/x", "Content-Length: many")]
    public async Task Explain_OfARequest_IsWhatBecomesOfIt(string method, string target, params string[] headers)
    {
        var host = headers.Any(header => header.StartsWith("Host:", StringComparison.Ordinal)) ? "" : "Host: shop.example.com\r\n";
        var response = await RawClient.AskAsync(running.Gateway.Traffic, $"{method} {target} HTTP/1.1\r\n{host}{string.Concat(headers.Select(header => $"{header}\r\n"))}X-Ask: {running.Next()}\r\n\r\n");

        var explained = await ExplainAsync(method, target, headers);

        if (running.Received() is not { } received)
        {
            Assert.Equal(response.Status, explained.GetProperty("status").GetInt32());
            Assert.False(explained.TryGetProperty("sent", out _));
            return;
        }
        Assert.Equal("forwarded", explained.GetProperty("outcome").GetString());
        Assert.Equal(received["X-Route"], explained.GetProperty("route").GetProperty("id").GetString());
        var sent = explained.GetProperty("sent");
        Assert.Equal(received.StartLine, $"{After(sent, "method")} {After(sent, "path")}{After(sent, "query")} HTTP/1.1");
        Assert.Equal(Fields(received), Fields(sent));
    }

    private async Task<JsonElement> ExplainAsync(string method, string target, string[] headers)
    {
        var result = await GatewayCommand.RunAsync(["explain", method, $"http://shop.example.com{target}", "--json", "--config", running.Gateway.ConfigFile,
            .. headers.Append($"X-Ask: {running.Asked}").SelectMany(header => (string[])["-H", header])]);
        GatewayCommand.AssertNoStackTrace(result);
        Assert.Empty(result.Error);
        var explained = JsonDocument.Parse(result.Output).RootElement;
        Assert.Equal(explained.TryGetProperty("route", out _) ? 0 : 1, result.ExitCode);
        return explained;
    }

    private static string? After(JsonElement sent, string part) => sent.GetProperty(part).GetProperty("after").GetString();

    private static IEnumerable<string> Fields(RawMessage received) => received.Headers
        .GroupBy(header => header.Name.ToLowerInvariant(), header => header.Value)
        .Select(header => Field(header.Key, string.Join(", ", header))).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Fields(JsonElement sent) => sent.GetProperty("headers").EnumerateArray()
        .Where(header => header.TryGetProperty("after", out _))
        .Select(header => Field(header.GetProperty("name").GetString()!.ToLowerInvariant(), header.GetProperty("after").GetString()!)).Order(StringComparer.Ordinal);

    // A span is another one each time, and the port that a client comes from is not explain's to know.
    private static string Field(string name, string value) => name switch
    {
        "traceparent" => name,
        "x-original-for" => $"{name}: {value.Split(':')[0]}",
        _ => $"{name}: {value}",
    };

    /// <summary>A gateway with routes of every kind before one backend that is told each route's id.</summary>
    public sealed class Running : IAsyncLifetime
    {
        private readonly ScriptedBackend _backend = ScriptedBackend.Start(Scripts.Serve());

        internal GatewayFactory Gateway { get; private set; } = null!;

        public int Asked { get; private set; }

        public string Next() => (++Asked).ToString(CultureInfo.InvariantCulture);

        internal RawMessage? Received() =>
            _backend.Received.SingleOrDefault(request => request["X-Ask"] == Asked.ToString(CultureInfo.InvariantCulture));

        public async ValueTask InitializeAsync()
        {
            var config = GatewayConfig.To(new Uri(_backend.Address, "/base/")).Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1")
                .Set("ReverseProxy:Routes", new System.Text.Json.Nodes.JsonObject());
            Add(config, "api", "/api/{**rest}", ("Transforms:1:PathRemovePrefix", "/api"), ("Transforms:2:RequestHeaderRemove", "X-Old"),
                ("Transforms:3:QueryValueParameter", "added"), ("Transforms:3:Set", "1"), ("Transforms:4:RequestHeaderOriginalHost", "true"));
            Add(config, "order", "/api/orders/{id}", ("Methods:0", "POST"), ("Transforms:1:PathPattern", "/o/{id}/do"), ("Transforms:2:HttpMethodChange", "POST"), ("Transforms:2:Set", "PUT"));
            Add(config, "reads", "/files/{**rest}", ("Methods:0", "GET"));
            Add(config, "version", "/files/{**rest}", ("Methods:0", "GET"), ("Headers:0:Name", "X-Version"), ("Headers:0:Values:0", "2"));
            Add(config, "debug", "/files/{**rest}", ("Methods:0", "GET"), ("QueryParameters:0:Name", "debug"), ("QueryParameters:0:Mode", "Exists"));
            Add(config, "tenant", "/files/{**rest}", ("Methods:0", "GET"), ("Hosts:0", "*.tenants.example.com"), ("Order", "-1"));
            Add(config, "dav", "/dav/{**rest}", ("Methods:0", "PROPFIND"));
            Add(config, "open", "/open/{**rest}", ("AuthorizationPolicy", "anonymous"));
            Add(config, "nobody", "/nobody/{**rest}", ("ClusterId", "nobody"));
            Add(config, "a", "/both", ("Headers:0:Name", "X-A"), ("Headers:0:Mode", "Exists"));
            Add(config, "b", "/both", ("Headers:0:Name", "X-B"), ("Headers:0:Mode", "Exists"));
            Gateway = await GatewayFactory.StartAsync(config.Set("ReverseProxy:Clusters:nobody:Destinations", new System.Text.Json.Nodes.JsonObject()));
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await _backend.DisposeAsync();
        }

        private static void Add(GatewayConfig config, string id, string path, params (string Key, string Value)[] settings)
        {
            var route = $"ReverseProxy:Routes:{id}";
            config.Route(id, path, GatewayConfig.ClusterId).Set($"{route}:Transforms:0:RequestHeader", "X-Route").Set($"{route}:Transforms:0:Set", id);
            foreach (var (key, value) in settings)
            {
                var place = key.Split(':')[0] is "Transforms" or "Order" or "AuthorizationPolicy" or "ClusterId" ? "" : ":Match";
                config.Set($"{route}{place}:{key}", value);
            }
        }
    }
}
