using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Refusals;

/// <summary>A gateway in a state in which it refuses every request for one and the same reason.</summary>
internal sealed class Situation : IAsyncDisposable
{
    private readonly List<object> _held = [];

    public GatewayFactory Gateway { get; private set; } = null!;

    /// <summary>The path to ask for.</summary>
    public string Path { get; private set; } = "/x";

    public static async Task<Situation> CreateAsync(string name)
    {
        var situation = new Situation();
        try
        {
            await situation.BeginAsync(name);
            return situation;
        }
        catch
        {
            await situation.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _held.OfType<IDisposable>().ToList().ForEach(held => held.Dispose());
        foreach (var backend in _held.OfType<IAsyncDisposable>())
            await backend.DisposeAsync();
        if (Gateway is not null)
            await Gateway.DisposeAsync();
    }

    private Task BeginAsync(string name) => name switch
    {
        "client bucket empty" => EmptyBucketAsync("Gateway:RateLimit:PerClient"),
        "global bucket empty" => EmptyBucketAsync("Gateway:RateLimit:Global"),
        "route bucket empty" => EmptyBucketAsync("ReverseProxy:Routes:all:RateLimit"),
        "no route" => StartAsync(new GatewayConfig().Route("other", "/other", "api").Destinations("api", Serving())),
        "no route for the method" => StartAsync(GatewayConfig.To(Serving()).Set("ReverseProxy:Routes:all:Match:Methods:0", "PUT")),
        "no destination" => StartAsync(GatewayConfig.To()),
        "all weights zero" => StartAsync(GatewayConfig.To(Serving()).Set($"{GatewayConfig.Cluster}:Destinations:d1:Weight", 0)),
        "probe failed" => ProbeFailedAsync(),
        "circuit open" => CircuitOpenAsync(),
        "pool full" => PoolFullAsync(queue: false),
        "queue timed out" => PoolFullAsync(queue: true),
        "connection refused" => StartAsync(GatewayConfig.To(Held(new RefusingPort()).Address)),
        "connection timed out" => ConnectionTimedOutAsync(),
        "connection closed" => StartAsync(GatewayConfig.To(Scripted(async connection => await connection.ReadRequestAsync()))),
        "connection reset" => StartAsync(GatewayConfig.To(Scripted(async connection =>
        {
            await connection.ReadRequestAsync();
            connection.Reset();
        }))),
        "half a head" => StartAsync(GatewayConfig.To(Scripted(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Le");
        }))),
        "no response" => StartAsync(GatewayConfig.To(Silent()).Set($"{GatewayConfig.Cluster}:HttpRequest:ActivityTimeout", "00:00:00.200")),
        "route timeout" => StartAsync(GatewayConfig.To(Silent()).Set("ReverseProxy:Routes:all:Timeout", "00:00:00.200")),
        "route timeout while connecting" => RouteTimeoutWhileConnectingAsync(),
        "not HTTP" => StartAsync(GatewayConfig.To(Scripted(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("I am not a web server at 127.0.0.1\r\n\r\n");
        }))),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such situation."),
    };

    private async Task StartAsync(GatewayConfig config)
    {
        // One cause at a time: neither another attempt nor an open circuit comes between.
        if (!config.ToString().Contains("FailureThreshold", StringComparison.Ordinal))
            config.WithoutBreaker();
        Gateway = await GatewayFactory.StartAsync(config.WithoutRetries().WithHttp2());
    }

    private async Task EmptyBucketAsync(string path)
    {
        await StartAsync(GatewayConfig.To(Serving()).Limit(path, 1, "01:00:00"));
        Assert.Equal("ok", await Gateway.GetTextAsync("/x"));
    }

    private async Task ProbeFailedAsync()
    {
        await StartAsync(GatewayConfig.To(Held(new RefusingPort()).Address).Set($"{GatewayConfig.Defaults}:HealthCheck:Tcp:Enabled", true));
        await Gateway.Logs.WaitForAsync("is DOWN");
    }

    private async Task CircuitOpenAsync()
    {
        await StartAsync(GatewayConfig.To(Scripted(async connection => await connection.ReadRequestAsync()))
            .Set($"{GatewayConfig.Cluster}:CircuitBreaker:FailureThreshold", 1).Set($"{GatewayConfig.Cluster}:CircuitBreaker:BreakDuration", "01:00:00"));
        using var first = await Gateway.GetAsync("/x");
        Assert.Equal(502, (int)first.StatusCode);
    }

    private async Task PoolFullAsync(bool queue)
    {
        var config = GatewayConfig.To(Silent()).Set($"{GatewayConfig.Cluster}:Pool:PermitsPerDestination", 1);
        if (queue)
            config.Set($"{GatewayConfig.Cluster}:Pool:QueueLimit", 5).Set($"{GatewayConfig.Cluster}:Pool:QueueTimeout", "00:00:00.100");
        await StartAsync(config);
        var holder = Held(await RawClient.ConnectAsync(Gateway.Traffic));
        await holder.SendAsync("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
        await Eventually.EqualAsync(1, () => Gateway.PermitsInUse());
    }

    private async Task ConnectionTimedOutAsync() =>
        await StartAsync(GatewayConfig.To(Held(await SilentPort.OpenAsync()).Address).Set($"{GatewayConfig.Cluster}:Timeouts:Connect", "00:00:00.200"));

    private async Task RouteTimeoutWhileConnectingAsync() =>
        await StartAsync(GatewayConfig.To(Held(await SilentPort.OpenAsync()).Address).Set("ReverseProxy:Routes:all:Timeout", "00:00:00.200"));

    private Uri Serving() => Scripted(connection => connection.ServeAsync());

    private Uri Silent() => Scripted(connection => connection.WaitForCloseAsync());

    private Uri Scripted(Func<ScriptedConnection, Task> script) => Held(ScriptedBackend.Start(script)).Address;

    private T Held<T>(T held) where T : notnull
    {
        _held.Add(held);
        return held;
    }
}
