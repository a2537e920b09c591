using System.Text.Json;
using Gateway.IntegrationTests.Support;
using Gateway.RateLimiting;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.RateLimiting;

/// <summary>The client's bucket, then the one for all, then the route's; who is refused takes nothing behind.</summary>
public class GateOrderTests
{
    private const string Global = "Gateway:RateLimit:Global";
    private const string PerClient = "Gateway:RateLimit:PerClient";
    private const string Route = "ReverseProxy:Routes:all:RateLimit";

    [Fact]
    public async Task Client_OverItsLimit_CostsTheOthersNothing()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Limit(PerClient, 2).Set($"{PerClient}:Key", "Header:X-Client").Limit(Global, 5).Limit(Route, 5));

        var greedy = await AskAsync(gateway, 20, "greedy");
        var modest = await AskAsync(gateway, 3, "modest");

        Assert.Equal((2, 18), (greedy.Count(scope => scope is null), greedy.Count(scope => scope == "client")));
        Assert.Equal([null, null, "client"], modest);
        // Two and two were let through, of five.
        Assert.Equal((1, 1), (Tokens(gateway).Global, Tokens(gateway).Route));
        Assert.Equal(4, backend.Requests);
    }

    [Fact]
    public async Task Request_RefusedByTheGlobalBucket_TakesNoRouteToken()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit(Global, 2).Limit(Route, 5));

        var scopes = await AskAsync(gateway, 10, "any");

        Assert.Equal(8, scopes.Count(scope => scope == "global"));
        Assert.Equal((0, 3), (Tokens(gateway).Global, Tokens(gateway).Route));
    }

    [Fact]
    public async Task Request_RefusedByTheRouteBucket_ReachesNoBackend()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit(Route, 2));

        Assert.Equal([null, null, "route"], await AskAsync(gateway, 3, "any"));
        Assert.Equal(2, backend.Requests);
    }

    [Fact]
    public async Task RouteBucket_OfOneRoute_LimitsNoOther()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Route("limited", "/limited", "api").Limit("ReverseProxy:Routes:limited:RateLimit", 1));
        Assert.Equal([null, "route"], await AskAsync(gateway, 2, "any", "/limited"));

        Assert.Equal([null, null], await AskAsync(gateway, 2, "any"));
    }

    [Fact]
    public async Task RequestWithoutARoute_IsLimitedLikeAnyOther()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Limit(Global, 1));

        using var first = await gateway.GetAsync("/x");
        using var second = await gateway.GetAsync("/x");

        Assert.Equal((404, 429), ((int)first.StatusCode, (int)second.StatusCode));
    }

    [Theory]
    [InlineData(Global)]
    [InlineData(PerClient)]
    [InlineData(Route)]
    public async Task Bucket_Under32ParallelClients_GivesExactlyWhatItHolds(string limit)
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit(limit, 100).Permits(1000));
        var admitted = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 640), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Bounds.Token }, async (_, _) =>
        {
            using var response = await gateway.GetAsync("/x");
            if ((int)response.StatusCode == 200)
                Interlocked.Increment(ref admitted);
        });

        Assert.Equal((100, 100), (admitted, backend.Requests));
    }

    [Fact]
    public async Task Bucket_Under32ParallelClients_GivesNoMoreThanItHoldsPlusItsRefill()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Permits(1000)
            .Limit(Global, 20, "00:00:01").Set($"{Global}:TokensPerPeriod", 100));
        var started = TimeProvider.System.GetTimestamp();
        var admitted = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = Bounds.Token }, async (_, _) =>
        {
            using var response = await gateway.GetAsync("/x");
            if ((int)response.StatusCode == 200)
                Interlocked.Increment(ref admitted);
        });

        var refill = 100 * TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        Assert.InRange(admitted, 20, (int)(20 + refill + 1));
    }

    [Fact]
    public async Task Tokens_ComeBack_Continuously()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit(Global, 600, "00:10:00"));
        while (await AskOnceAsync(gateway, "any", "/x") is null)
            ;

        // A token each second, not 600 after ten minutes.
        await Eventually.TrueAsync(async () => await AskOnceAsync(gateway, "any", "/x") is null, "a token");
    }

    private static (double Global, double Route) Tokens(GatewayFactory gateway)
    {
        var limiter = gateway.Services.GetRequiredService<GatewayRateLimiter>();
        return (Math.Floor(limiter.Global!.Tokens), Math.Floor(limiter.Routes["all"].Tokens));
    }

    private static async Task<List<string?>> AskAsync(GatewayFactory gateway, int times, string client, string path = "/x")
    {
        var scopes = new List<string?>();
        for (var i = 0; i < times; i++)
            scopes.Add(await AskOnceAsync(gateway, client, path));
        return scopes;
    }

    // The scope of the refusal; null when there was none.
    private static async Task<string?> AskOnceAsync(GatewayFactory gateway, string client, string path)
    {
        using var response = await gateway.Client.SendAsync(HttpMethod.Get, path, ("X-Client", client));
        return (int)response.StatusCode == 200 ? null
            : JsonDocument.Parse(await response.TextAsync()).RootElement.GetProperty("scope").GetString();
    }
}
