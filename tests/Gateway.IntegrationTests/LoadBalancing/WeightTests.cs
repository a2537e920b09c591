using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>Weights over real sockets: what each backend gets, and who still reaches one of weight 0.</summary>
public class WeightTests
{
    private const int Requests = 10_000;
    private const int Clients = 8;

    [Fact]
    public async Task Requests_ToFiveThreeOneOne_AreSharedByWeightAndByTheNextSavesWeights()
    {
        await using var backends = new Backends(4);
        await using var gateway = await GatewayFactory.StartAsync(Weighted(backends, 5, 3, 1, 1));

        await AskAsync(gateway, Requests);
        var first = backends.Counts;
        AssertShares(first, 0.5, 0.3, 0.1, 0.1);

        gateway.Save(Weighted(backends, 1, 1, 3, 0).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");
        await AskAsync(gateway, Requests);
        AssertShares([.. backends.Counts.Zip(first, (all, before) => all - before)], 0.2, 0.2, 0.6, 0);
    }

    [Fact]
    public async Task Requests_WithOneOfThreeDestinationsDeadAndRetried_ReachTheOthersEvenly()
    {
        using var refusing = new RefusingPort();
        await using var backends = new Backends(2);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backends.Addresses[0], refusing.Address, backends.Addresses[1])
            .WithoutBreaker().Set($"{GatewayConfig.Defaults}:Retry:BudgetRatio", 1));

        await AskAsync(gateway, 3000);

        Assert.Equal(3000, backends.Counts.Sum());
        Assert.InRange(backends.Counts[0], 1470, 1530);
    }

    [Fact]
    public async Task WeightZero_OfASave_KeepsTheClientsThatAreBoundAndTakesNoOthers()
    {
        await using var backends = new Backends(2);
        await using var gateway = await GatewayFactory.StartAsync(Bound(Weighted(backends, 1, 1)));
        var cookie = "";
        var home = await backends.ReachedByAsync(async () => cookie = await BindAsync(gateway));

        gateway.Save(Bound(home == 0 ? Weighted(backends, 0, 1) : Weighted(backends, 1, 0)).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(home, await backends.ReachedByAsync(() => AskBoundAsync(gateway, cookie)));
            Assert.Equal(1 - home, await backends.ReachedByAsync(() => gateway.GetTextAsync("/x")));
        }
    }

    [Fact]
    public async Task WeightZero_OfTheOnlyDestination_KeepsTheClientsThatAreBoundAndTakesNoOthers()
    {
        await using var backends = new Backends(1);
        await using var gateway = await GatewayFactory.StartAsync(Bound(Weighted(backends, 1)));
        var cookie = await BindAsync(gateway);

        gateway.Save(Bound(Weighted(backends, 0)).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        await AskBoundAsync(gateway, cookie);
        using var other = await gateway.GetAsync("/x");
        Assert.Equal(502, (int)other.StatusCode);
    }

    private static GatewayConfig Weighted(Backends backends, params int[] weights)
    {
        var config = GatewayConfig.To(backends.Addresses);
        for (var i = 0; i < weights.Length; i++)
            config.Set($"{GatewayConfig.Cluster}:Destinations:d{i + 1}:Weight", weights[i]);
        return config;
    }

    private static GatewayConfig Bound(GatewayConfig config) => config.Set($"{GatewayConfig.Cluster}:SessionAffinity:Enabled", true)
        .Set($"{GatewayConfig.Cluster}:SessionAffinity:Policy", "HashCookie").Set($"{GatewayConfig.Cluster}:SessionAffinity:AffinityKeyName", "bound");

    // Clients of the tests keep no cookies.
    private static async Task<string> BindAsync(GatewayFactory gateway)
    {
        using var response = await gateway.GetAsync("/x");
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task AskBoundAsync(GatewayFactory gateway, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add("Cookie", cookie);
        using var response = await gateway.Client.SendAsync(request, Bounds.Token);
        Assert.Equal(200, (int)response.StatusCode);
    }

    private static Task AskAsync(GatewayFactory gateway, int times) => Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
    {
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        for (var i = 0; i < times / Clients; i++)
        {
            await client.SendAsync("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        }
    }));

    private static void AssertShares(int[] counts, params double[] shares) =>
        Assert.All(counts.Zip(shares), share => Assert.InRange(share.First, (share.Second - 0.02) * Requests, (share.Second + 0.02) * Requests));
}
