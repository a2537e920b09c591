using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>A row for each contradiction with what is said of it, and beside it the same settings just inside their limits.</summary>
public sealed class AdviceTests
{
    private const string Api = "ReverseProxy:Clusters:api";
    private const string One = "\"one\": { \"Address\": \"http://a:1/\" }";
    private const string Alone = "\"Destinations\": { " + One + " }";

    [Theory]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:06\" } }",
        Api + ":HealthCheck:Tcp:Timeout: a probe's Timeout of 6 s is longer than its Interval of 5 s, so a backend that hangs is probed every 11 s only and found down late; a Timeout of at most 5 s would fit.")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Interval\": \"00:00:00.200\" } }",
        Api + ":HealthCheck:Tcp:Interval: a probe's Timeout of 2 s is longer than its Interval of 0.2 s, so a backend that hangs is probed every 2.2 s only and found down late; a Timeout of at most 0.2 s would fit.")]
    [InlineData("\"CircuitBreaker\": { \"BreakDuration\": \"00:00:01\" }",
        Api + ":CircuitBreaker:BreakDuration: a BreakDuration of 1 s is shorter than the 2 s of the TCP probe's Timeout, so requests are let through to a backend that hangs before a probe has found it down; a BreakDuration of at least 2 s would fit.")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:11\", \"Interval\": \"00:01:00\" } }",
        Api + ":HealthCheck:Tcp:Timeout: a BreakDuration of 10 s is shorter than the 11 s of the TCP probe's Timeout, so requests are let through to a backend that hangs before a probe has found it down; a BreakDuration of at least 11 s would fit.")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5, \"QueueTimeout\": \"00:01:01\" }",
        Api + ":Pool:QueueTimeout: a QueueTimeout of 61 s is longer than the 60 s that clients and load balancers usually wait for an answer, so who waits that long never hears that the pool is full; a QueueTimeout of less than 60 s would fit.")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5, \"QueueTimeout\": \"00:00:00\" }",
        Api + ":Pool:QueueTimeout: a QueueTimeout of 0 s lets nobody wait, so the queue of 5 stays empty and a full pool refuses at once; a QueueTimeout such as 00:00:01 would fit, or a QueueLimit of 0.")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5, \"Enabled\": false }",
        Api + ":Pool:QueueLimit: a queue of 5 is for a permit, and the pool is off (Enabled is false), so nobody ever waits and nothing is bounded; Enabled true would fit, or no QueueLimit.")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 31 }",
        Api + ":HttpClient:MaxConnectionsPerServer: 31 connections are fewer than the 32 permits of Pool:PermitsPerDestination, and HTTP/1.1 takes one a request, so requests with a permit would wait inside the HTTP client where no gate and no metric sees them; at least 32 connections would fit, or at most 31 permits.")]
    [InlineData("\"HttpClient\": { \"ResponseHeaderEncoding\": \"utf-8\" }",
        Api + ":HttpClient:ResponseHeaderEncoding: the bytes of a response's fields go to the client as they came, so this changes nothing; it can be left out.")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 49 }",
        Api + ":HealthCheck:MaxEjectedPercent: 49 % of 2 destinations, rounded down, is none, so requests go to a destination however long its checks have found it down; at least 50 would fit, or 0 where that is meant.")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 1 }",
        Api + ":CircuitBreaker:MaxEjectedPercent: 1 % of 2 destinations, rounded down, is none, so no circuit ever opens; at least 50 would fit, or 0 where that is meant.")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 99 }, " + Alone,
        Api + ":CircuitBreaker:MaxEjectedPercent: 99 % of 1 destination, rounded down, is none, so no circuit ever opens; at least 100 would fit, or 0 where that is meant.")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 49, \"Tcp\": { \"Enabled\": false }, \"Passive\": { \"Enabled\": true } }",
        Api + ":HealthCheck:MaxEjectedPercent: 49 % of 2 destinations, rounded down, is none, so requests go to a destination however long its checks have found it down; at least 50 would fit, or 0 where that is meant.")]
    [InlineData("\"Retry\": { \"MaxAttempts\": 2 }, " + Alone,
        Api + ":Retry:MaxAttempts: up to 2 attempts go to different destinations, but this cluster has only one, so nothing is retried but what met a closed kept-alive connection; a second destination would fit, or no Retry of the cluster's own.")]
    [InlineData("\"Retry\": { \"Enabled\": true }, " + Alone,
        Api + ":Retry:Enabled: up to 3 attempts go to different destinations, but this cluster has only one, so nothing is retried but what met a closed kept-alive connection; a second destination would fit, or no Retry of the cluster's own.")]
    [InlineData("\"Destinations\": { \"one\": { \"Address\": \"http://a:1/\", \"Weight\": 0 } }",
        Api + ":Destinations: every destination has Weight 0 and takes no new requests, so each request to this cluster is refused with 502; a Weight of at least 1 for one of them would fit.")]
    [InlineData("\"Destinations\": {}",
        Api + ":Destinations: the cluster has no destination, so each request to it is refused with 502; at least one destination would fit.")]
    [InlineData("\"Destinations\": { " + One + ", \"two\": { \"Address\": \"HTTP://A:1\" } }",
        Api + ":Destinations:two:Address: this is the address of destination 'one' too, so one backend counts as two: twice the permits, a circuit each, and a retry that meets it again; one destination would fit, with a larger Weight if it is to get more.")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Path\", \"LoadFactor\": 2 }",
        Api + ":ConsistentHash:Key: this counts only for the LoadBalancingPolicy ConsistentHash, and the cluster's is RoundRobin, so requests of one key go to any destination; LoadBalancingPolicy ConsistentHash would fit, or no ConsistentHash.")]
    [InlineData("\"ConsistentHash\": { \"LoadFactor\": 2 }, \"LoadBalancingPolicy\": \"Random\"",
        Api + ":ConsistentHash:LoadFactor: this counts only for the LoadBalancingPolicy ConsistentHash, and the cluster's is Random, so requests of one key go to any destination; LoadBalancingPolicy ConsistentHash would fit, or no ConsistentHash.")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"Policy\": \"Cookie\", \"AffinityKeyName\": \"k\" }",
        Api + ":SessionAffinity:Policy: Cookie is encrypted with keys that each gateway makes for itself, so a client is led to another destination at a second gateway and after a start in a new container; HashCookie, which needs no keys, would fit.")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"Policy\": \"customheader\", \"AffinityKeyName\": \"k\" }",
        Api + ":SessionAffinity:Policy: customheader is encrypted with keys that each gateway makes for itself, so a client is led to another destination at a second gateway and after a start in a new container; HashCookie, which needs no keys, or LoadBalancingPolicy ConsistentHash by a header would fit.")]
    public void Contradiction_InACluster_IsToldInOneSentence(string settings, string advice) => Assert.Equal([advice], OfCluster(settings));

    [Theory]
    [InlineData("")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:05\" } }")]
    [InlineData("\"HealthCheck\": { \"Tcp\": { \"Timeout\": \"00:00:06\", \"Enabled\": false } }")]
    [InlineData("\"CircuitBreaker\": { \"BreakDuration\": \"00:00:02\" }")]
    [InlineData("\"CircuitBreaker\": { \"BreakDuration\": \"00:00:01\", \"Enabled\": false }")]
    [InlineData("\"CircuitBreaker\": { \"BreakDuration\": \"00:00:01\" }, \"HealthCheck\": { \"Tcp\": { \"Enabled\": false } }")]
    [InlineData("\"Pool\": { \"QueueLimit\": 5, \"QueueTimeout\": \"00:01:00\" }")]
    [InlineData("\"Pool\": { \"QueueTimeout\": \"00:01:01\" }")]
    [InlineData("\"Pool\": { \"QueueTimeout\": \"00:00:00\" }")]
    [InlineData("\"Pool\": { \"QueueLimit\": 0, \"Enabled\": false }")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 32 }")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 31 }, \"Pool\": { \"PermitsPerDestination\": 31 }")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 1 }, \"Pool\": { \"Enabled\": false }")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 1 }, \"HttpRequest\": { \"Version\": \"2\", \"VersionPolicy\": \"RequestVersionExact\" }")]
    [InlineData("\"HttpClient\": { \"MaxConnectionsPerServer\": 1 }, \"Destinations\": { \"one\": { \"Address\": \"https://a/\" } }")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 50 }")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 0 }")]
    [InlineData("\"HealthCheck\": { \"MaxEjectedPercent\": 49, \"Tcp\": { \"Enabled\": false } }")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 50 }")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 0 }")]
    [InlineData("\"CircuitBreaker\": { \"MaxEjectedPercent\": 49, \"Enabled\": false }")]
    [InlineData("\"ConsistentHash\": { \"Key\": \"Path\" }, \"LoadBalancingPolicy\": \"consistenthash\"")]
    [InlineData("\"Retry\": { \"MaxAttempts\": 3 }")]
    [InlineData(Alone)]
    [InlineData("\"Retry\": { \"MaxAttempts\": 1 }, " + Alone)]
    [InlineData("\"Retry\": { \"Enabled\": false }, " + Alone)]
    [InlineData("\"Retry\": { \"BudgetRatio\": 0.5 }, " + Alone)]
    [InlineData("\"Destinations\": { " + One + ", \"two\": { \"Address\": \"http://a:1/\", \"Host\": \"b\" } }")]
    [InlineData("\"Destinations\": { " + One + ", \"two\": { \"Address\": \"http://a:2/\", \"Weight\": 0 } }")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"AffinityKeyName\": \"k\" }")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"Policy\": \"HashCookie\", \"AffinityKeyName\": \"k\" }")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": true, \"Policy\": \"ArrCookie\", \"AffinityKeyName\": \"k\" }")]
    [InlineData("\"SessionAffinity\": { \"Enabled\": false, \"Policy\": \"Cookie\", \"AffinityKeyName\": \"k\" }")]
    public void Cluster_JustInsideTheLimits_GetsNoAdvice(string settings) => Assert.Empty(OfCluster(settings));

    [Theory]
    [InlineData("\"PerClient\": { \"TokenLimit\": 101 }, \"Global\": { \"TokenLimit\": 100 }",
        "Gateway:RateLimit:PerClient:TokenLimit: a client's 101 tokens are more than the 100 of all clients together, so a single client can empty the global bucket for everybody; a TokenLimit of at most 100 would fit.")]
    [InlineData("\"PerClient\": { \"TokenLimit\": 20, \"TokensPerPeriod\": 15 }, \"Global\": { \"TokenLimit\": 100, \"TokensPerPeriod\": 1 , \"ReplenishmentPeriod\": \"00:00:00.100\" }",
        "Gateway:RateLimit:PerClient:TokensPerPeriod: a client gets 15 tokens a second, more than the 10 of all clients together, so a single client can take all that comes back; at most 10 tokens a second would fit.")]
    [InlineData("\"PerClient\": { \"TokenLimit\": 100, \"ReplenishmentPeriod\": \"00:00:03\" }, \"Global\": { \"TokenLimit\": 100, \"TokensPerPeriod\": 10 }",
        "Gateway:RateLimit:PerClient:ReplenishmentPeriod: a client gets 33.333333 tokens a second, more than the 10 of all clients together, so a single client can take all that comes back; at most 10 tokens a second would fit.")]
    [InlineData("\"Global\": { \"TokenLimit\": 9 }",
        "ReverseProxy:Routes:r:RateLimit: this bucket (10 tokens, 10 a second) is larger than the global one that stands before it (9, 9 a second), so it never refuses anything; a TokenLimit or a rate below the global one would fit.")]
    public void Contradiction_OfTwoBuckets_IsToldInOneSentence(string limits, string advice) => Assert.Equal([advice], OfLimits(limits));

    [Theory]
    [InlineData("\"PerClient\": { \"TokenLimit\": 100 }, \"Global\": { \"TokenLimit\": 100 }")]
    [InlineData("\"PerClient\": { \"TokenLimit\": 100, \"ReplenishmentPeriod\": \"00:00:10\" }, \"Global\": { \"TokenLimit\": 100, \"TokensPerPeriod\": 10 }")]
    [InlineData("\"PerClient\": { \"TokenLimit\": 1000000000 }")]
    [InlineData("\"Global\": { \"TokenLimit\": 10 }")]
    [InlineData("\"Global\": { \"TokenLimit\": 9, \"TokensPerPeriod\": 11 }")]
    public void Buckets_NoneLargerThanTheGlobalOne_GetNoAdvice(string limits) => Assert.Empty(OfLimits(limits));

    [Theory]
    [InlineData("00:00:02", "00:00:03", "00:00:04", Api + ":Pool:QueueTimeout: a QueueTimeout of 4 s is longer than the 3 s that the routes to cluster 'api' give a request (Timeout), so who waits that long never hears that the pool is full; a QueueTimeout of less than 3 s would fit.")]
    [InlineData("00:00:02", "00:00:03", "00:00:03", null)]
    [InlineData("00:02:00", "00:00:03", "00:01:30", null)]
    public void QueueTimeout_IsHeldAgainst_TheMostPatientRoute(string a, string b, string queueTimeout, string? advice) => Assert.Equal(advice is null ? [] : [advice], Texts($$"""
        { "ReverseProxy": {
            "Routes": { "a": { "ClusterId": "api", "Timeout": "{{a}}", "Match": { "Path": "/a" } }, "b": { "ClusterId": "API", "Timeout": "{{b}}", "Match": { "Path": "/b" } } },
            "Clusters": { "api": { {{Alone}}, "Pool": { "QueueLimit": 1, "QueueTimeout": "{{queueTimeout}}" } } } } }
        """));

    [Fact]
    public void Cluster_ThatNoRouteLeadsTo_IsTold() => Assert.Equal(
        ["ReverseProxy:Clusters:old: no route leads to this cluster, so its destinations never get a request; a route with this ClusterId would fit, or no such cluster."],
        Texts($$"""{ "ReverseProxy": { "Routes": {}, "Clusters": { "old": { {{Alone}} } } } }"""));

    private static IEnumerable<string> OfCluster(string settings)
    {
        var destinations = settings.Contains("Destinations", StringComparison.Ordinal) ? "" : "\"Destinations\": { " + One + ", \"two\": { \"Address\": \"http://a:2/\" } }";
        var comma = settings.Length > 0 && destinations.Length > 0 ? "," : "";
        return Texts($$"""{ "ReverseProxy": { "Routes": { "r": { "ClusterId": "api", "Match": { "Path": "/" } } }, "Clusters": { "api": { {{settings}} {{comma}} {{destinations}} } } } }""");
    }

    private static IEnumerable<string> OfLimits(string limits) => Texts($$"""
        { "Gateway": { "RateLimit": { {{limits}} } }, "ReverseProxy": {
            "Routes": { "r": { "ClusterId": "api", "Match": { "Path": "/" }, "RateLimit": { "TokenLimit": 10 } } }, "Clusters": { "api": { {{Alone}} } } } }
        """);

    private static IEnumerable<string> Texts(string json) => House.Advise(json).Select(advice => advice.ToString());
}
