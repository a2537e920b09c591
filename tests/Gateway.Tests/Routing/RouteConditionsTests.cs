using Gateway.Routing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Tests.Routing;

/// <summary>The first condition that fails, of endpoints as YARP makes them.</summary>
public sealed class RouteConditionsTests : IAsyncLifetime
{
    private readonly WebApplication _house = House.Build();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    // Every route asks for something of each kind; what fails first is told first.
    [Theory]
    [InlineData("GET", "/other", "shop.example.org", "", "", "path")]
    [InlineData("GET", "/api/x", "shop.example.org", "", "", "host")]
    [InlineData("GET", "/api/x", "shop.example.com", "", "", "method")]
    [InlineData("POST", "/api/x", "shop.example.com", "", "", "headers")]
    [InlineData("POST", "/api/x", "shop.example.com", "3", "", "headers")]
    [InlineData("POST", "/api/x", "shop.example.com", "2", "", "query")]
    [InlineData("POST", "/api/x", "shop.example.com", "2", "?page=1", null)]
    [InlineData("OPTIONS", "/api/x", "shop.example.com", "2", "?page=1", "method")]
    public async Task FirstFailed_OfARouteWithEveryCondition_GoesInOrder(string method, string path, string host, string version, string query, string? expected)
    {
        var request = Requests.New(method, path);
        request.Request.Host = new HostString(host);
        request.Request.QueryString = new QueryString(query);
        if (version.Length > 0)
            request.Request.Headers["X-Version"] = version;

        var failed = await new RouteConditions(new RouteMatcher(_house.Services)).FirstFailedAsync(request, Endpoint(new RouteMatch
        {
            Path = "/api/{**rest}",
            Hosts = ["*.example.com"],
            Methods = ["POST", "PUT"],
            Headers = [new RouteHeader { Name = "X-Version", Values = ["2"] }],
            QueryParameters = [new RouteQueryParameter { Name = "page", Mode = QueryParameterMatchMode.Exists }],
        }));

        Assert.Equal(expected, failed?.ToString().ToLowerInvariant());
    }

    [Fact]
    public async Task FirstFailed_OfARouteThatAsksForNothing_IsNone() =>
        Assert.Null(await new RouteConditions(new RouteMatcher(_house.Services)).FirstFailedAsync(Requests.New(), Endpoint(new RouteMatch { Path = "/{**rest}" })));

    // Their types are YARP's own and not public: a YARP that renames them fails here, and not in an operator's hands.
    [Fact]
    public void Metadata_OfYarp_IsToldApart()
    {
        var endpoint = Endpoint(new RouteMatch
        {
            Path = "/",
            Hosts = ["a.example"],
            Methods = ["GET"],
            Headers = [new RouteHeader { Name = "X", Values = ["1"] }],
            QueryParameters = [new RouteQueryParameter { Name = "q", Mode = QueryParameterMatchMode.Exists }],
        });

        Assert.Equal([Condition.Host, Condition.Method, Condition.Headers, Condition.Query],
            endpoint.Metadata.Select(RouteConditions.Of).OfType<Condition>().Order());
    }

    private RouteEndpoint Endpoint(RouteMatch match)
    {
        var config = _house.Services.GetRequiredService<IProxyConfigProvider>() as InMemoryConfigProvider;
        config!.Update([new RouteConfig { RouteId = "route", ClusterId = "api", Match = match }], [new ClusterConfig { ClusterId = "api" }]);
        _house.MapReverseProxy();
        return ((IEndpointRouteBuilder)_house).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>().Single();
    }
}
