using System.Net;
using System.Threading.RateLimiting;
using Gateway.Configuration;
using Gateway.RateLimiting;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.RateLimiting;

public sealed class GatewayRateLimiterTests : IDisposable
{
    private readonly TickClock _time = new();
    private readonly GatewayRateLimiter _limiter;

    public GatewayRateLimiterTests() => _limiter = new GatewayRateLimiter(_time);

    public void Dispose() => _limiter.Dispose();

    [Fact]
    public void Acquire_WithoutLimits_AlwaysAdmits()
    {
        Apply("", "");

        for (var i = 0; i < 1000; i++)
            Assert.True(Ask("10.0.0.1").IsAcquired);
        Assert.Equal(0, _limiter.Clients.Count);
    }

    [Fact]
    public void Acquire_OfAClientOverItsLimit_CostsTheOthersNothing()
    {
        Apply(Global(10) + "," + PerClient(2), Limit(9));
        Ask("10.0.0.1");
        Ask("10.0.0.1");

        Assert.Equal(LimitScope.Client, Refused(Ask("10.0.0.1")));
        Assert.Equal(LimitScope.Client, Refused(Ask("10.0.0.1")));

        Assert.Equal(8, _limiter.Global!.Tokens);
        Assert.Equal(7, _limiter.Routes["api"].Tokens);
        Assert.True(Ask("10.0.0.2").IsAcquired);
    }

    [Fact]
    public void Acquire_BeyondTheGlobalLimit_TakesNothingFromTheRoute()
    {
        Apply(Global(1), Limit(5));
        Ask("10.0.0.1");

        Assert.Equal(LimitScope.Global, Refused(Ask("10.0.0.2")));

        Assert.Equal(4, _limiter.Routes["api"].Tokens);
    }

    [Fact]
    public void Acquire_BeyondTheRoutesLimit_IsRefusedByIt()
    {
        Apply(Global(10), Limit(1));
        Ask("10.0.0.1");

        Assert.Equal(LimitScope.Route, Refused(Ask("10.0.0.1")));
        Assert.True(Ask("10.0.0.1", route: "web").IsAcquired);
        Assert.True(Ask("10.0.0.1", route: null).IsAcquired);
    }

    [Fact]
    public void Refusal_ByARoutesBucket_IsThatRoutesInTheLog()
    {
        Apply(Global(2), Limit(1));
        Ask("10.0.0.1");
        var byRoute = Request("10.0.0.1", "api");
        _limiter.AttemptAcquire(byRoute);
        var byAll = Request("10.0.0.1", "api");
        _limiter.AttemptAcquire(byAll);

        Assert.Equal(("api", ""), (byRoute.Exchange().Route, byAll.Exchange().Route));
    }

    [Fact]
    public void PerClient_OtherNumbers_HoldFromTheSaveAndNotFromTheNextRequest()
    {
        Apply(PerClient(1), "");
        Assert.True(Ask("10.0.0.1").IsAcquired);
        Assert.False(Ask("10.0.0.1").IsAcquired);

        Apply("\"PerClient\": { \"TokenLimit\": 10, \"ReplenishmentPeriod\": \"00:00:01\" }", "");
        _time.Advance(TimeSpan.FromSeconds(0.55));

        Assert.Equal(5, Enumerable.Range(0, 10).Count(_ => Ask("10.0.0.1").IsAcquired));
    }

    [Fact]
    public async Task AcquireAsync_Always_AsksAsAttemptAcquireDoes()
    {
        Apply(Global(1), "");

        Assert.True((await _limiter.AcquireAsync(Request("10.0.0.1", "api"), cancellationToken: TestContext.Current.CancellationToken)).IsAcquired);
        Assert.False((await _limiter.AcquireAsync(Request("10.0.0.1", "api"), cancellationToken: TestContext.Current.CancellationToken)).IsAcquired);
    }

    [Fact]
    public void Refusal_OfAnEmptyBucket_TellsWhenTheNextTokenComes()
    {
        Apply(Global(4), "");
        for (var i = 0; i < 4; i++)
            Ask("10.0.0.1");

        Assert.True(Ask("10.0.0.1").TryGetMetadata(MetadataName.RetryAfter, out var after));
        Assert.Equal(900, after.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void Apply_OfOtherNumbers_KeepsEveryLevel()
    {
        Apply(Global(10) + "," + PerClient(8), Limit(6));
        Ask("10.0.0.1");
        Ask("10.0.0.1");

        Apply(Global(100) + "," + PerClient(80), Limit(60));
        Assert.Equal((8, 4), (_limiter.Global!.Tokens, _limiter.Routes["API"].Tokens));
        Ask("10.0.0.1");
        Assert.Equal(5, TokensOf("10.0.0.1"), tolerance: 1e-6);

        Apply(Global(3) + "," + PerClient(2), Limit(1));
        Assert.Equal((3, 1), (_limiter.Global!.Tokens, _limiter.Routes["api"].Tokens));

        // A client's bucket follows when the client comes again.
        Ask("10.0.0.1");
        Assert.Equal(1, TokensOf("10.0.0.1"), tolerance: 1e-6);
    }

    [Fact]
    public void Apply_WithoutALimitThatWas_ForgetsIt()
    {
        Apply(Global(1) + "," + PerClient(1), Limit(1));
        Ask("10.0.0.1");

        Apply("", "");

        Assert.Null(_limiter.Global);
        Assert.Empty(_limiter.Routes);
        Assert.Equal(0, _limiter.Clients.Count);
        Assert.True(Ask("10.0.0.1").IsAcquired);
    }

    [Fact]
    public void Apply_OfFewerClients_ForgetsTheIdlest()
    {
        Apply(PerClient(5), "");
        for (var i = 1; i <= 5; i++)
        {
            _time.Advance(1);
            Ask($"10.0.0.{i}");
        }

        Apply(PerClient(5, maxClients: 2), "");

        Assert.Equal(2, _limiter.Clients.Count);
        Assert.Equal(4, TokensOf("10.0.0.5"));
    }

    [Fact]
    public void Acquire_WithClientsToldApartByAHeader_AsksTheHeadersBucket()
    {
        Apply(PerClient(1, key: "Header:X-Key"), "");

        Assert.True(Ask("10.0.0.1", key: "a").IsAcquired);
        Assert.False(Ask("10.0.0.2", key: "a").IsAcquired);
        Assert.True(Ask("10.0.0.2", key: "b").IsAcquired);
        Assert.True(Ask("10.0.0.2").IsAcquired);
    }

    [Fact]
    public void RouteBucket_HeldWhileItsLimitIsGone_KeepsItsLevel()
    {
        Apply("", Limit(5));
        using var lease = Ask("10.0.0.1");
        Ask("10.0.0.1").Dispose();

        Save("", "");
        Assert.Empty(_limiter.Routes);
        Assert.True(Ask("10.0.0.1").IsAcquired);
        Save("", "");
        Save("", Limit(5));

        Assert.Equal(3, _limiter.Routes["api"].Tokens);
    }

    [Fact]
    public void RouteBucket_HeldByNobody_BeginsAnew()
    {
        Apply("", Limit(5));
        var held = Ask("10.0.0.1");
        Ask("10.0.0.1").Dispose();
        Save("", "");
        held.Dispose();

        Save("", Limit(5));

        Assert.Equal(5, _limiter.Routes["api"].Tokens);
    }

    [Fact]
    public void RouteBucket_OfRefusedRequests_IsNotHeldByThem()
    {
        Apply("", Limit(1));
        Ask("10.0.0.1").Dispose();
        Ask("10.0.0.1").Dispose();

        Assert.False(_limiter.Routes["api"].IsHeld);
    }

    private void Apply(string limits, string route) => _limiter.Apply(Snapshot(limits, route));

    private void Save(string limits, string route)
    {
        var snapshot = Snapshot(limits, route);
        _limiter.Apply(snapshot);
        _limiter.Settled(snapshot);
    }

    private static Snapshot Snapshot(string limits, string route) => House.Read($$"""
        { "Gateway": { "RateLimit": { {{limits}} } }, "ReverseProxy": {
            "Routes": { "api": { "ClusterId": "c", "Match": { "Path": "/api" } {{(route.Length > 0 ? ", \"RateLimit\": " + route : "")}} },
                        "web": { "ClusterId": "c", "Match": { "Path": "/web" } } },
            "Clusters": { "c": {} } } }
        """);

    private static string Limit(int tokens) => $$"""{ "TokenLimit": {{tokens}}, "ReplenishmentPeriod": "01:00:00" }""";

    private static string Global(int tokens) => $"\"Global\": {Limit(tokens)}";

    private static string PerClient(int tokens, int maxClients = 100, string key = "RemoteIp") =>
        $$""" "PerClient": { "TokenLimit": {{tokens}}, "ReplenishmentPeriod": "01:00:00", "MaxClients": {{maxClients}}, "Key": "{{key}}" } """;

    private RateLimitLease Ask(string client, string? route = "api", string? key = null) => _limiter.AttemptAcquire(Request(client, route, key));

    private static LimitScope Refused(RateLimitLease lease) => Assert.IsType<RefusedLease>(lease).Scope;

    // Takes one to look, with numbers as wide as any, so that nothing is cut.
    private double TokensOf(string client)
    {
        var rate = _time.Rate(1000, 1, TimeSpan.FromDays(1));
        var take = _limiter.Clients.Take(ClientKey.Of(IPAddress.Parse(client)), rate, 100, _time.Ticks, window: 0);
        return (double)take.Level / rate.Token + (take.IsTaken ? 1 : 0);
    }

    private static DefaultHttpContext Request(string client, string? route, string? key = null)
    {
        var context = Requests.New();
        context.Connection.RemoteIpAddress = IPAddress.Parse(client);
        if (key is not null)
            context.Request.Headers["X-Key"] = key;
        if (route is not null)
        {
            var model = new RouteModel(new() { RouteId = route }, cluster: null, HttpTransformer.Default);
            context.SetEndpoint(new Endpoint(null, new EndpointMetadataCollection(model), route));
        }
        return context;
    }
}
