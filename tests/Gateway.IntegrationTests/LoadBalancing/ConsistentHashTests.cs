using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>The same backend for the same key, and with every gate between.</summary>
public class ConsistentHashTests
{
    [Fact]
    public async Task Keys_OfAHeader_StayWithTheirBackendAndUseAll()
    {
        await using var backends = new Backends(3);
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses));

        var homes = await HomesAsync(gateway, backends);

        Assert.Equal([0, 1, 2], homes.Distinct().Order());
        Assert.Equal(homes, await HomesAsync(gateway, backends));
    }

    [Fact]
    public async Task Key_WithManyRequestsAtOnce_StaysWithItsBackend()
    {
        var release = new SyncPoint();
        await using var backends = new Backends(3, Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses));

        var asked = Enumerable.Range(0, 20).Select(_ => AskAsync(gateway, "X-User", "ada")).ToList();
        await release.WaitForArrivalsAsync(20);
        release.Open();

        Assert.All(await Task.WhenAll(asked), status => Assert.Equal(200, status));
        Assert.Equal([0, 0, 20], backends.Counts.Order());
    }

    [Fact]
    public async Task Key_OfRequestsOneAfterTheOther_StaysWithItsBackend()
    {
        await using var backends = new Backends(3);
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses));

        for (var i = 0; i < 100; i++)
            Assert.Equal(200, await AskAsync(gateway, "X-User", "ada"));

        Assert.Equal([0, 0, 100], backends.Counts.Order());
    }

    [Fact]
    public async Task Key_WithManyRequestsAtOnceAndALoadFactor_IsHelpedByOthers()
    {
        var release = new SyncPoint();
        await using var backends = new Backends(2, Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses).Set($"{GatewayConfig.Cluster}:ConsistentHash:LoadFactor", 1.25));

        var asked = Enumerable.Range(0, 20).Select(_ => AskAsync(gateway, "X-User", "ada")).ToList();
        await release.WaitForArrivalsAsync(20);
        release.Open();

        Assert.All(await Task.WhenAll(asked), status => Assert.Equal(200, status));
        Assert.DoesNotContain(0, backends.Counts);
    }

    [Theory]
    [InlineData("Cookie:session", "Cookie", "a=b; session=")]
    [InlineData("Header:X-User", "x-user", "")]
    public async Task Key_OfTheSettings_IsWhatCounts(string key, string header, string before)
    {
        await using var backends = new Backends(2);
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses, key));

        var homes = new List<int>();
        for (var i = 0; i < 20; i++)
            homes.Add(await backends.ReachedByAsync(() => AskAsync(gateway, header, before + i)));

        Assert.Equal([0, 1], homes.Distinct().Order());
        Assert.Equal(homes[7], await backends.ReachedByAsync(() => AskAsync(gateway, header, before + "7")));
    }

    [Fact]
    public async Task Keys_OfADeadDestination_AreRetriedElsewhereAndTheOthersStay()
    {
        using var refusing = new RefusingPort();
        await using var backends = new Backends(2);
        await using var gateway = await GatewayFactory.StartAsync(Hashing([.. backends.Addresses, refusing.Address]).Breaker(3));

        var first = await HomesAsync(gateway, backends);
        // By now the circuit of the dead one is open, and nobody is sent there.
        var second = await HomesAsync(gateway, backends);

        Assert.Equal([0, 1], first.Distinct().Order());
        Assert.Equal(first, second);
        await gateway.Logs.WaitForAsync("Circuit of destination d3");
    }

    [Theory]
    [InlineData("ConsistentHash")]
    [InlineData("PowerOfTwoChoices")]
    public async Task Requests_BeyondAllPermits_WaitInLineAndAreServed(string policy)
    {
        var release = new SyncPoint();
        await using var backends = new Backends(2, Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(Hashing(backends.Addresses).Permits(2, queue: 4).Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", policy));

        // All of one key: those that its own destination has no permit for go to the other, then into the line.
        var asked = Enumerable.Range(0, 9).Select(_ => AskAsync(gateway, "X-User", "ada")).ToList();
        await release.WaitForArrivalsAsync(4);
        await Eventually.TrueAsync(() => gateway.Waiting() == 4 && asked.Count(task => task.IsCompleted) == 1, "four wait and one is refused");
        Assert.Equal([2, 2], backends.Counts);
        release.Open();

        var statuses = await Task.WhenAll(asked);
        Assert.Equal((8, 1), (statuses.Count(status => status == 200), statuses.Count(status => status == 503)));
    }

    [Theory]
    [InlineData("ConsistentHash")]
    [InlineData("PowerOfTwoChoices")]
    public async Task Requests_WithOneDeadAndOneFailingOfThree_AreServedByTheThird(string policy)
    {
        using var refusing = new RefusingPort();
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(
            Hashing([refusing.Address, failing.Address, serving.Address]).Breaker(2).Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", policy));

        for (var i = 0; i < 30; i++)
            Assert.Equal(200, await AskAsync(gateway, "X-User", $"user {i}"));

        Assert.Equal(30, serving.Requests);
    }

    private static GatewayConfig Hashing(IReadOnlyList<Uri> destinations, string key = "Header:X-User") => GatewayConfig.To(destinations)
        .Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", "ConsistentHash").Set($"{GatewayConfig.Cluster}:ConsistentHash:Key", key);

    private static async Task<List<int>> HomesAsync(GatewayFactory gateway, Backends backends)
    {
        var homes = new List<int>();
        for (var i = 0; i < 40; i++)
            homes.Add(await backends.ReachedByAsync(() => AskAsync(gateway, "X-User", $"user {i}")));
        return homes;
    }

    private static async Task<int> AskAsync(GatewayFactory gateway, string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x");
        request.Headers.Add(header, value);
        using var response = await gateway.Client.SendAsync(request, Bounds.Token);
        return (int)response.StatusCode;
    }
}
