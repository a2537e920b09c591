using System.Text.Json;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Commands;

/// <summary>What <c>gateway explain</c> prints, and how it exits.</summary>
public sealed class ExplainTests : IDisposable
{
    private const string Shop = """
        {
          "Gateway": { "RateLimit": { "PerClient": { "TokenLimit": 20 }, "Global": { "TokenLimit": 100, "ReplenishmentPeriod": "00:01:00" } },
                       "ForwardedHeaders": { "KnownProxies": [ "10.0.0.1" ] } },
          "ReverseProxy": {
            "Routes": {
              "orders":   { "ClusterId": "api", "Match": { "Path": "/api/orders/{id}", "Methods": [ "GET" ] }, "RateLimit": { "TokenLimit": 10 },
                            "Transforms": [ { "PathRemovePrefix": "/api" }, { "RequestHeader": "Authorization", "Set": "Bearer s3cret" } ] },
              "api":      { "ClusterId": "api", "Match": { "Path": "/api/{**rest}" } },
              "tenants":  { "ClusterId": "api", "Order": -1, "Match": { "Path": "/api/{**rest}", "Hosts": [ "*.example.com" ] } },
              "version":  { "ClusterId": "api", "Match": { "Path": "/api/orders/{id}", "Headers": [ { "Name": "X-Version", "Values": [ "2" ] } ] } },
              "search":   { "ClusterId": "api", "Match": { "Path": "/api/orders/{id}", "QueryParameters": [ { "Name": "q", "Mode": "Exists" } ] } },
              "nobody":   { "ClusterId": "none", "Match": { "Path": "/nobody" } },
              "fallback": { "ClusterId": "api", "Order": 100, "Match": { "Path": "/{**rest}", "Methods": [ "GET" ] } } },
            "Clusters": {
              "none": {},
              "api": { "Pool": { "PermitsPerDestination": 8 }, "HealthCheck": { "Active": { "Enabled": true } },
                       "Destinations": { "one": { "Address": "http://127.0.0.1:1/" }, "two": { "Address": "http://127.0.0.1:2/", "Weight": 0 } } } } }
        }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly string _file;

    public ExplainTests() => _file = _folder.Write("gateway.json", Shop);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Explain_OfARequestThatMatches_TellsItsWholeWay()
    {
        var result = await ExplainAsync("GET", "http://shop.example.org/api/orders/7?page=2", "-H", "X-Version: 3", "-H", "Cookie: a=b", "--client", "2001:db8:1:2:3::4");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal("""
            Request     GET http://shop.example.org/api/orders/7?page=2 from 2001:db8:1:2:3::4
            Outcome     forwarded to destination one
            Route       orders: /api/orders/{id}, order 0
                        id = 7
            Limits      client: 20 tokens, full at a start, 20 back every 0:00:01, bucket of 2001:db8:1:2::/64
                        global: 100 tokens, full at a start, 100 back every 0:01:00
                        route: 10 tokens, full at a start, 10 back every 0:00:01
            Cluster     api, RoundRobin
                        destination  address              health   weight  circuit  permits   can take it
                        one          http://127.0.0.1:1/  unknown  1       closed   0/8 used  yes
                        two          http://127.0.0.1:2/  unknown  0       closed   0/8 used  no
                        Health is unknown until the first probe; such a destination may be tried.
                        A destination of weight 0 takes no new requests.
            Transforms  method GET, unchanged
                        path /api/orders/7 -> /orders/7  (Transforms:0:PathRemovePrefix)
                        query ?page=2, unchanged
                        + Authorization: ***  (Transforms:1:RequestHeader)
                        ~ Host: shop.example.org -> 127.0.0.1:1
                        + traceparent: (a new span)
                        + X-Forwarded-For: 2001:db8:1:2:3::4
                        + X-Forwarded-Host: shop.example.org
                        + X-Forwarded-Proto: http
                        = 2 other headers as sent
            Passed over
              api       matches too, but route orders comes first: path template /api/orders/{id} is more specific
              fallback  matches too, but route orders comes first: order 0 before 100
              search    query parameter q is missing, wanted q to be there
              version   header X-Version is 3, wanted X-Version to be 2
              tenants   host is shop.example.org, wanted *.example.com
              nobody    path is /api/orders/7, wanted /nobody
            """, result.Output.TrimEnd());
    }

    [Theory]
    [InlineData("orders", "GET", "/api/orders/7")]
    [InlineData("api", "POST", "/api/orders/7")]
    [InlineData("tenants", "GET", "http://a.example.com/api/orders/7")]
    [InlineData("tenants", "GET", "/api/orders/7", "-H", "Host: a.example.com")]
    [InlineData("tenants", "GET", "/api/x", "-H", "X-Forwarded-Host: a.example.com", "--client", "10.0.0.1")]
    [InlineData("api", "GET", "/api/x", "-H", "X-Forwarded-Host: a.example.com", "--client", "10.0.0.2")]
    [InlineData("fallback", "GET", "/api/%2e%2e/x")]
    [InlineData("api", "GET", "/api/orders/7%2F8/x")]
    public async Task Explain_ByPathHostMethodAndProxy_NamesTheRoute(string route, params string[] request)
    {
        var explained = await ExplainJsonAsync(0, request);

        Assert.Equal(route, explained.GetProperty("route").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Explain_OfAHostThatIsNone_TellsTheRefusalAndNoRoutes()
    {
        var explained = await ExplainJsonAsync(1, "GET", "/api/x", "-H", "Host: h..h");

        Assert.Equal("Malformed request", explained.GetProperty("refusal").GetProperty("title").GetString());
        Assert.Empty(explained.GetProperty("passedOver").EnumerateArray());
    }

    [Fact]
    public async Task Explain_OfAnEncodedSlash_KeepsItInTheTemplatesValue()
    {
        var explained = await ExplainJsonAsync(0, "GET", "/api/orders/a%2Fb");

        Assert.Equal("a%2Fb", explained.GetProperty("route").GetProperty("values").GetProperty("id").GetString());
        Assert.Equal("/orders/a%2Fb", explained.GetProperty("sent").GetProperty("path").GetProperty("after").GetString());
    }

    [Fact]
    public async Task Explain_OfProxiesThatAreBelieved_TellsTheClientBehindThem()
    {
        var explained = await ExplainJsonAsync(0, "GET", "/api/x", "-H", "X-Forwarded-For: 203.0.113.9", "-H", "X-Forwarded-Proto: https", "--client", "10.0.0.1");

        var request = explained.GetProperty("request");
        Assert.Equal(("203.0.113.9", "https"), (request.GetProperty("client").GetString(), request.GetProperty("scheme").GetString()));
        Assert.Equal("203.0.113.9", explained.GetProperty("limits")[0].GetProperty("bucketOf").GetString());
    }

    [Theory]
    [InlineData("fallback", "method", "POST", "/nothing")]
    [InlineData("orders", "path", "POST", "/nothing")]
    public async Task Explain_OfARequestThatNoRouteTakes_SaysWhyNotAndExits1(string route, string condition, params string[] request)
    {
        var explained = await ExplainJsonAsync(1, request);

        Assert.False(explained.TryGetProperty("route", out _));
        Assert.Equal(("refused", 405), (explained.GetProperty("outcome").GetString(), explained.GetProperty("status").GetInt32()));
        Assert.Equal("Method not allowed", explained.GetProperty("refusal").GetProperty("title").GetString());
        Assert.EndsWith("allowed: GET.", explained.GetProperty("refusal").GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(7, explained.GetProperty("passedOver").GetArrayLength());
        Assert.Equal(condition, explained.GetProperty("passedOver").EnumerateArray().Single(other => other.GetProperty("route").GetString() == route).GetProperty("condition").GetString());
    }

    [Fact]
    public async Task Explain_OfAClusterWithoutDestinations_TellsTheRefusalAndExits0()
    {
        var explained = await ExplainJsonAsync(0, "GET", "/nobody");

        Assert.Equal((502, "health"), (explained.GetProperty("status").GetInt32(), explained.GetProperty("refusal").GetProperty("gate").GetString()));
        Assert.Equal(0, explained.GetProperty("cluster").GetProperty("destinations").GetArrayLength());
    }

    [Fact]
    public async Task Explain_OfARequestThatTheServerRefuses_SaysSoAndExits1()
    {
        var explained = await ExplainJsonAsync(1, "GET", "/api/x", "-H", "Content-Length: many");

        Assert.Equal((400, "server"), (explained.GetProperty("status").GetInt32(), explained.GetProperty("refusal").GetProperty("gate").GetString()));
    }

    [Fact]
    public async Task Explain_OfAFaultyConfiguration_TellsTheFaultsAsValidateDoes()
    {
        string[] faulty = ["--config", _file, "--Gateway:Drain:Timeout=soon", "--ReverseProxy:Routes:api:Match:Path=/{"];

        var explained = await GatewayCommand.RunAsync(["explain", "GET", "/", .. faulty]);
        var validated = await GatewayCommand.RunAsync(["validate", .. faulty]);

        Assert.Equal(1, explained.ExitCode);
        Assert.Equal(validated, explained);
    }

    [Theory]
    [InlineData("method and a URL")]
    [InlineData("method and a URL", "GET")]
    [InlineData("method and a URL", "GET", "/", "/more")]
    [InlineData("'shop.example.com/api'", "GET", "shop.example.com/api")]
    [InlineData("'ftp://x/'", "GET", "ftp://x/")]
    [InlineData("'G T'", "G T", "/")]
    [InlineData("'X-Version'", "GET", "/", "-H", "X-Version")]
    [InlineData("-H", "GET", "/", "-H")]
    [InlineData("'nowhere'", "GET", "/", "--client", "nowhere")]
    [InlineData("'--jsn'", "GET", "/", "--jsn")]
    public async Task Explain_Misused_SaysSoAndExits2(string mentioned, params string[] arguments) =>
        GatewayCommand.AssertComplains(await ExplainAsync(arguments), 2, mentioned);

    [Fact]
    public async Task Explain_OfManyTransforms_NamesEachBesideWhatItDid()
    {
        var file = _folder.Write("transforms.json", """
            { "Gateway": { "RateLimit": { "Global": { "TokenLimit": 1, "ReplenishmentPeriod": "1.00:00:00" } } },
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "api", "Match": { "Path": "/{**rest}" }, "Transforms": [
                    { "PathPrefix": "/v1" }, { "QueryValueParameter": "a", "Set": "1" }, { "RequestHeader": "X-A", "Set": "1" }, { "RequestHeader": "X-A", "Append": "2" },
                    { "RequestHeaderRemove": "X-Gone" }, { "RequestHeaderRemove": "X-Gone" }, { "X-Forwarded": "Off" }, { "HttpMethodChange": "GET", "Set": "POST" },
                    { "RequestHeaderOriginalHost": "true" }, { "QueryRemoveParameter": "absent" }, { "ResponseHeader": "X-R", "Set": "1" }, { "PathPrefix": "/base" } ] } },
                "Clusters": { "api": { "Pool": { "PermitsPerDestination": 1 }, "Destinations": { "one": { "Address": "http://127.0.0.1:1/" }, "two": { "Address": "http://127.0.0.1:2/" } } } } } }
            """);
        string[] request = ["explain", "--config", file, "GET", "http://shop.example/x?b=2", "-H", "X-Gone: 1", "-H", "X-Forwarded-For: 10.0.0.9"];

        var sent = JsonDocument.Parse((await GatewayCommand.RunAsync([.. request, "--json"])).Output).RootElement.GetProperty("sent");

        Assert.Equal(["Transforms:7:HttpMethodChange"], By(sent.GetProperty("method")));
        Assert.Equal(["Transforms:0:PathPrefix", "Transforms:11:PathPrefix"], By(sent.GetProperty("path")));
        Assert.Equal(["Transforms:1:QueryValueParameter"], By(sent.GetProperty("query")));
        Assert.Equal(["Transforms:2:RequestHeader", "Transforms:3:RequestHeader"], By(Header("X-A")));
        Assert.Equal(["Transforms:4:RequestHeaderRemove"], By(Header("X-Gone")));
        Assert.Equal("kept", Header("Host").GetProperty("kind").GetString());
        Assert.Empty(By(Header("traceparent")));
        Assert.Equal(["Transforms:5:RequestHeaderRemove", "Transforms:9:QueryRemoveParameter"], sent.GetProperty("withoutEffect").EnumerateArray().Select(name => name.GetString()));
        var text = (await GatewayCommand.RunAsync(request)).Output;
        Assert.Contains("path /x -> /base/v1/x  (Transforms:0:PathPrefix, Transforms:11:PathPrefix)", text, StringComparison.Ordinal);
        Assert.Contains("- X-Gone: 1  (Transforms:4:RequestHeaderRemove)", text, StringComparison.Ordinal);
        Assert.Contains("without effect here: Transforms:5:RequestHeaderRemove, Transforms:9:QueryRemoveParameter", text, StringComparison.Ordinal);

        JsonElement Header(string name) => sent.GetProperty("headers").EnumerateArray().Single(header => header.GetProperty("name").GetString() == name);
        static IEnumerable<string?> By(JsonElement change) => change.TryGetProperty("by", out var by) ? by.EnumerateArray().Select(name => name.GetString()) : [];
    }

    [Theory]
    [InlineData("--Gateway:RateLimit:Global:TokenLimit=7", "GET", "/")]
    [InlineData("GET", "--Gateway:RateLimit:Global:TokenLimit=7", "/")]
    [InlineData("GET", "/", "--Gateway:RateLimit:Global:TokenLimit=7")]
    public async Task Explain_WithASettingAnywhere_TakesIt(params string[] arguments) =>
        Assert.Equal(7, (await ExplainJsonAsync(0, arguments)).GetProperty("limits")[1].GetProperty("tokenLimit").GetInt32());

    [Fact]
    public async Task Explain_OfAFieldBeyondAscii_SendsItAsUtf8AndShowsItSo()
    {
        var explained = await ExplainJsonAsync(0, "GET", "/api/x", "-H", "X-Place: café €");

        var place = explained.GetProperty("sent").GetProperty("headers").EnumerateArray().Single(header => header.GetProperty("name").GetString() == "X-Place");
        Assert.Equal(("kept", "café €"), (place.GetProperty("kind").GetString(), place.GetProperty("after").GetString()));
    }

    private async Task<JsonElement> ExplainJsonAsync(int exitCode, params string[] arguments)
    {
        var result = await ExplainAsync([.. arguments, "--json"]);
        Assert.Equal((exitCode, ""), (result.ExitCode, result.Error));
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private Task<ProgramResult> ExplainAsync(params string[] arguments) => GatewayCommand.RunAsync(["explain", "--config", _file, .. arguments]);
}
