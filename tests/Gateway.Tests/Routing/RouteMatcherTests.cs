using Gateway.Routing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Gateway.Tests.Routing;

/// <summary>The gateway's own matcher, asked about one endpoint.</summary>
public sealed class RouteMatcherTests : IAsyncLifetime
{
    private readonly Microsoft.AspNetCore.Builder.WebApplication _house = House.Build();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Theory]
    [InlineData("/api/{**rest}", "/api/a/b", true)]
    [InlineData("/api/{**rest}", "/api", true)]
    [InlineData("/api/{**rest}", "/apiary", false)]
    [InlineData("/orders/{id:int}", "/orders/7", true)]
    [InlineData("/orders/{id:int}", "/orders/seven", false)]
    public async Task Path_IsMatchedAsTheGatewayDoes(string template, string path, bool expected) =>
        Assert.Equal(expected, await new RouteMatcher(_house.Services).IsMatchAsync(Requests.New(path: path), Endpoint(template)));

    [Fact]
    public async Task Method_ThatTheRouteDoesNotTake_IsNoMatch()
    {
        var endpoint = Endpoint("/api", new HttpMethodMetadata(["POST"]));

        Assert.False(await new RouteMatcher(_house.Services).IsMatchAsync(Requests.New(path: "/api"), endpoint));
        Assert.True(await new RouteMatcher(_house.Services).IsMatchAsync(Requests.New("POST", "/api"), endpoint));
    }

    [Fact]
    public async Task Request_ThatIsAskedAbout_KeepsItsOwnEndpoint()
    {
        var request = Requests.New(path: "/api/a");
        var own = Endpoint("/own");
        request.SetEndpoint(own);
        request.Request.RouteValues["mine"] = "1";

        Assert.True(await new RouteMatcher(_house.Services).IsMatchAsync(request, Endpoint("/api/{rest}")));

        Assert.Same(own, request.GetEndpoint());
        Assert.Equal(["mine"], request.Request.RouteValues.Keys);
    }

    private static RouteEndpoint Endpoint(string template, params object[] metadata) =>
        new(static _ => Task.CompletedTask, RoutePatternFactory.Parse(template), 0, new EndpointMetadataCollection(metadata), template);
}
