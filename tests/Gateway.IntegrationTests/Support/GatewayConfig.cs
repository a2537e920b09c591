using System.Text.Json.Nodes;

namespace Gateway.IntegrationTests.Support;

/// <summary>A configuration file in the making. Listens on free loopback ports; probes nothing unless told to.</summary>
internal sealed class GatewayConfig
{
    public const string ClusterId = "api";
    public const string Cluster = $"ReverseProxy:Clusters:{ClusterId}";
    public const string Defaults = "Gateway:ClusterDefaults";
    private readonly JsonObject _root = [];

    public GatewayConfig()
    {
        Set("Kestrel:Endpoints:Http:Url", "http://127.0.0.1:0");
        Set("Kestrel:Endpoints:Management:Url", "http://127.0.0.1:0");
        Set("Gateway:Drain:Timeout", "00:00:00.500");
        // A probe is a connection, and tests count those.
        Set($"{Defaults}:HealthCheck:Tcp:Enabled", false);
        Set("ReverseProxy:Routes", new JsonObject());
    }

    /// <summary>One route for everything to one cluster, whose destinations are named d1, d2 and so on.</summary>
    public static GatewayConfig To(params IReadOnlyList<Uri> destinations) =>
        new GatewayConfig().Route("all", "/{**path}", ClusterId).Destinations(ClusterId, destinations);

    public GatewayConfig Route(string id, string path, string cluster) =>
        Set($"ReverseProxy:Routes:{id}:ClusterId", cluster).Set($"ReverseProxy:Routes:{id}:Match:Path", path);

    public GatewayConfig Destinations(string cluster, params IReadOnlyList<Uri> addresses)
    {
        Set($"ReverseProxy:Clusters:{cluster}:Destinations", new JsonObject());
        for (var i = 0; i < addresses.Count; i++)
            Set($"ReverseProxy:Clusters:{cluster}:Destinations:d{i + 1}:Address", addresses[i].ToString());
        return this;
    }

    /// <summary>An endpoint for HTTP/2 without TLS.</summary>
    public GatewayConfig WithHttp2() =>
        Set("Kestrel:Endpoints:Http2:Url", "http://127.0.0.1:0").Set("Kestrel:Endpoints:Http2:Protocols", "Http2");

    /// <summary>Backends that are spoken to in HTTP/2 without TLS, as gRPC needs it.</summary>
    public GatewayConfig OverHttp2() =>
        Set($"{Cluster}:HttpRequest:Version", "2").Set($"{Cluster}:HttpRequest:VersionPolicy", "RequestVersionExact");

    /// <summary>Backends are believed whatever certificate they show.</summary>
    public GatewayConfig TrustingAll() => Set($"{Cluster}:HttpClient:DangerousAcceptAnyServerCertificate", true);

    /// <summary>d1 for as long as it can take the request, then d2: who is first is not left to chance.</summary>
    public GatewayConfig InOrder() => Set($"{Cluster}:LoadBalancingPolicy", "FirstAlphabetical");

    public GatewayConfig Permits(int permits, int queue = 0, string queueTimeout = "00:02:00") => Set($"{Cluster}:Pool:PermitsPerDestination", permits)
        .Set($"{Cluster}:Pool:QueueLimit", queue).Set($"{Cluster}:Pool:QueueTimeout", queueTimeout);

    public GatewayConfig Breaker(int failures, string duration = "01:00:00") =>
        Set($"{Cluster}:CircuitBreaker:FailureThreshold", failures).Set($"{Cluster}:CircuitBreaker:BreakDuration", duration);

    public GatewayConfig Probing(string interval = "00:00:00.050", string timeout = "00:00:00.500") => Set($"{Defaults}:HealthCheck:Tcp:Enabled", true)
        .Set($"{Defaults}:HealthCheck:Tcp:Interval", interval).Set($"{Defaults}:HealthCheck:Tcp:Timeout", timeout);

    public GatewayConfig WithoutRetries() => Set($"{Defaults}:Retry:Enabled", false);

    public GatewayConfig WithoutBreaker() => Set($"{Defaults}:CircuitBreaker:Enabled", false);

    public GatewayConfig Limit(string path, int tokens, string period = "1.00:00:00") =>
        Set($"{path}:TokenLimit", tokens).Set($"{path}:ReplenishmentPeriod", period);

    /// <summary>Sets a value by its configuration path.</summary>
    public GatewayConfig Set(string path, JsonNode? value)
    {
        var keys = path.Split(':');
        var at = _root;
        foreach (var key in keys[..^1])
            at = (JsonObject)(at[key] ??= new JsonObject());
        at[keys[^1]] = value;
        return this;
    }

    public override string ToString() => _root.ToJsonString();
}
