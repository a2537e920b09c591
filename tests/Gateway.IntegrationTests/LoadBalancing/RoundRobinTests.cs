using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>Round robin goes over those that can take the request.</summary>
public class RoundRobinTests
{
    [Fact]
    public async Task Requests_ToEqualDestinations_AreSharedEqually()
    {
        await using var backends = new Three();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backends.Addresses));

        await AskAsync(gateway, 30);

        Assert.Equal([10, 10, 10], backends.Counts);
    }

    [Fact]
    public async Task Requests_ToWeightedDestinations_AreSharedByWeight()
    {
        await using var backends = new Three();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backends.Addresses)
            .Set($"{GatewayConfig.Cluster}:Destinations:d1:Weight", 3).Set($"{GatewayConfig.Cluster}:Destinations:d3:Weight", 0));

        await AskAsync(gateway, 40);

        Assert.Equal([30, 10, 0], backends.Counts);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("LeastRequests")]
    [InlineData("FirstAlphabetical")]
    public async Task WeightZero_InEveryPolicy_TakesNoNewRequests(string policy)
    {
        await using var backends = new Three();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backends.Addresses)
            .Set($"{GatewayConfig.Cluster}:Destinations:d1:Weight", 0).Set($"{GatewayConfig.Cluster}:LoadBalancingPolicy", policy));

        await AskAsync(gateway, 20);

        Assert.Equal((0, 20), (backends.Counts[0], backends.Counts.Sum()));
    }

    [Fact]
    public async Task FullDestination_IsSkippedAndNotFailed()
    {
        var release = new SyncPoint();
        await using var busy = ScriptedBackend.Start(Scripts.Hold(release));
        await using var free = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(busy.Address, free.Address).Permits(1));
        var held = new List<Task<HttpResponseMessage>>();
        while (busy.Requests == 0)
        {
            held.Add(gateway.GetAsync("/x"));
            await Eventually.TrueAsync(() => held[^1].IsCompleted || busy.Requests > 0, "the request arrives");
        }

        await AskAsync(gateway, 10);

        Assert.Equal(1, busy.Requests);
        release.Open();
        Assert.All(await Task.WhenAll(held), answer => Assert.Equal(200, (int)answer.StatusCode));
    }

    [Fact]
    public async Task OpenCircuit_IsSkippedAndNotFailed()
    {
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(failing.Address, serving.Address).Breaker(1));

        // The first failure is retried on the other one, and the circuit is open from then on.
        await AskAsync(gateway, 20);

        Assert.Equal((1, 20), (failing.Requests, serving.Requests));
    }

    [Fact]
    public async Task DownDestination_IsSkippedAndNotFailed()
    {
        using var refusing = new RefusingPort();
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(refusing.Address, serving.Address).WithoutRetries().Probing());
        await gateway.Logs.WaitForAsync("d1 of cluster api is DOWN");

        await AskAsync(gateway, 10);

        Assert.Equal(10, serving.Requests);
    }

    [Fact]
    public async Task Parallel_RequestsOfTwoDestinations_FillBothPoolsBeforeOneIsRefused()
    {
        var release = new SyncPoint();
        await using var first = ScriptedBackend.Start(Scripts.Hold(release));
        await using var second = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(first.Address, second.Address).Permits(8));

        var asked = Enumerable.Range(0, 32).Select(_ => gateway.GetAsync("/x")).ToList();
        await release.WaitForArrivalsAsync(16);
        await Eventually.EqualAsync(16, () => asked.Count(task => task.IsCompleted));
        release.Open();

        Assert.Equal(16, (await Task.WhenAll(asked)).Count(answer => (int)answer.StatusCode == 200));
        Assert.Equal((8, 8), (first.Requests, second.Requests));
    }

    private static async Task AskAsync(GatewayFactory gateway, int times)
    {
        for (var i = 0; i < times; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));
    }

    private sealed class Three : IAsyncDisposable
    {
        private readonly ScriptedBackend[] _backends = [.. Enumerable.Range(0, 3).Select(_ => ScriptedBackend.Start(Scripts.Serve()))];

        public IReadOnlyList<Uri> Addresses => [.. _backends.Select(backend => backend.Address)];

        public int[] Counts => [.. _backends.Select(backend => backend.Requests)];

        public async ValueTask DisposeAsync()
        {
            foreach (var backend in _backends)
                await backend.DisposeAsync();
        }
    }
}
