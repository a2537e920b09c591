namespace Gateway.IntegrationTests.Support;

/// <summary>Changes around routes and clusters that themselves stay as they are, one after the other, the same for the same seed.</summary>
internal sealed class RandomChanges(int seed, Func<GatewayConfig> unchanged, Uri elsewhere)
{
    private readonly Random _random = new(seed);
    private readonly HashSet<int> _neighbours = [];
    private int _count;

    /// <summary>The next configuration; it differs from every one before it.</summary>
    public GatewayConfig Next()
    {
        var neighbour = _random.Next(6);
        if (!_neighbours.Remove(neighbour))
            _neighbours.Add(neighbour);
        var config = unchanged();
        foreach (var id in _neighbours)
            AddNeighbour(config, $"n{id}");
        return ChangeSettings(config);
    }

    private void AddNeighbour(GatewayConfig config, string id)
    {
        config.Route(id, $"/{id}/{_random.Next(3)}", id).Says($"{_count}", id)
            .Destinations(id, [.. Enumerable.Repeat(elsewhere, _random.Next(4))])
            .Set($"ReverseProxy:Clusters:{id}:HttpClient:MaxConnectionsPerServer", _random.Next(1, 100))
            .Set($"ReverseProxy:Clusters:{id}:LoadBalancingPolicy", _random.Next(2) == 0 ? "Random" : "LeastRequests");
    }

    private GatewayConfig ChangeSettings(GatewayConfig config) => config
        .Limit("Gateway:RateLimit:Global", 1_000_000 + ++_count, "00:00:01").Set("Gateway:RateLimit:Global:TokensPerPeriod", 1_000_000)
        .Limit("Gateway:RateLimit:PerClient", 1_000_000 + _random.Next(10), "00:00:01").Set("Gateway:RateLimit:PerClient:TokensPerPeriod", 1_000_000)
        .Set($"{GatewayConfig.Defaults}:Pool:PermitsPerDestination", _random.Next(20, 100))
        .Set($"{GatewayConfig.Defaults}:CircuitBreaker:FailureThreshold", _random.Next(1, 10))
        .Set($"{GatewayConfig.Defaults}:Retry:MaxAttempts", _random.Next(1, 5))
        .Set($"{GatewayConfig.Defaults}:Timeouts:Connect", $"00:00:0{_random.Next(1, 9)}")
        .Set("Gateway:Drain:Timeout", $"00:00:00.{_random.Next(100, 999)}")
        .Set("Gateway:AccessLog:Enabled", _random.Next(2) == 0);
}
