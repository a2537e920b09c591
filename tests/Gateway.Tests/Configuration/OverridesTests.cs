using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.Forwarding;
using Gateway.Health;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

public sealed class OverridesTests
{
    private static readonly Snapshot Layered = House.Read("""
        { "Gateway": { "ClusterDefaults": {
              "Pool": { "PermitsPerDestination": 16, "QueueLimit": 4 },
              "HealthCheck": { "Tcp": { "Interval": "00:00:01" } } } },
          "ReverseProxy": {
              "Routes": { "r": { "ClusterId": "B", "Match": { "Path": "/" }, "RateLimit": { "TokenLimit": 10 } } },
              "Clusters": {
                  "a": {},
                  "b": { "Pool": { "PermitsPerDestination": 8, "Enabled": null },
                         "HealthCheck": { "Tcp": { "Timeout": "00:00:03" }, "Active": { "Path": "/up" } },
                         "Destinations": { "one": { "Address": "http://a/", "Weight": 3 }, "two": { "Address": "http://b/" } } } } } }
        """);

    [Fact]
    public void Setting_ThatNothingSays_IsBuiltIn()
    {
        Assert.Equal(new CircuitBreakerSettings { Enabled = true, FailureThreshold = 5, BreakDuration = TimeSpan.FromSeconds(10) }, Layered.Get(CircuitBreakerSettings.Section, "a"));
        Assert.Equal(new RetrySettings { Enabled = true, MaxAttempts = 3, BudgetRatio = 0.2, MinRetriesPerSecond = 10 }, Layered.Get(RetrySettings.Section, "b"));
        Assert.Equal(TimeSpan.FromSeconds(5), Layered.Get(TimeoutSettings.Section, "b")!.Connect);
        Assert.Null(Layered.Get(RateLimitSettings.Global));
        Assert.Null(Layered.Get(PerClientSettings.Section));
    }

    [Fact]
    public void Setting_OfTheDefaults_HoldsForEveryCluster() =>
        Assert.Equal(new PoolSettings { PermitsPerDestination = 16, QueueLimit = 4, QueueTimeout = TimeSpan.FromSeconds(1) }, Layered.Get(PoolSettings.Section, "a"));

    [Fact]
    public void Setting_OfACluster_OverridesKeyByKey()
    {
        Assert.Equal(new PoolSettings { PermitsPerDestination = 8, QueueLimit = 4, QueueTimeout = TimeSpan.FromSeconds(1) }, Layered.Get(PoolSettings.Section, "B"));
        Assert.Equal(new TcpProbeSettings { Interval = TimeSpan.FromSeconds(1), Timeout = TimeSpan.FromSeconds(3) }, Layered.Get(TcpProbeSettings.Section, "b"));
    }

    [Theory]
    [InlineData("a", 30)]
    [InlineData("b", 60)]
    public void Setting_AmongKeysOfOthers_IsLayeredAsAnyOther(string cluster, int percent)
    {
        var snapshot = House.Read("""
            { "Gateway": { "ClusterDefaults": { "HealthCheck": { "MaxEjectedPercent": 30, "Tcp": { "Interval": "00:00:01" } } } },
              "ReverseProxy": { "Routes": {}, "Clusters": {
                  "a": { "HealthCheck": { "Tcp": { "Timeout": "00:00:03" }, "Active": { "Path": "/up" } } },
                  "b": { "HealthCheck": { "MaxEjectedPercent": 60, "AvailableDestinationsPolicy": "HealthyOrPanic" } } } } }
            """);

        Assert.Equal(percent, snapshot.Get(HealthSettings.Section, cluster)!.MaxEjectedPercent);
        Assert.Equal(percent, snapshot.Find<int>(cluster, "HealthCheck:MaxEjectedPercent"));
        Assert.Equal(TimeSpan.FromSeconds(1), snapshot.Get(TcpProbeSettings.Section, cluster)!.Interval);
    }

    [Fact]
    public void Setting_BesideYarpsOwn_LeavesYarpsOwn() =>
        Assert.Equal("/up", Layered.Clusters.Single(cluster => cluster.ClusterId == "b").HealthCheck!.Active!.Path);

    [Fact]
    public void Weight_OfADestination_IsOneUnlessSet()
    {
        Assert.Equal(3, Layered.Get(WeightSettings.Section, "b", "ONE")!.Weight);
        Assert.Equal(1, Layered.Get(WeightSettings.Section, "b", "two")!.Weight);
    }

    [Fact]
    public void SlowStart_ThatStandsDirectlyInACluster_OverridesTheDefaults()
    {
        var snapshot = House.Read("""
            { "Gateway": { "ClusterDefaults": { "SlowStart": "00:00:30" } },
              "ReverseProxy": { "Routes": {}, "Clusters": { "a": {}, "b": { "SlowStart": "00:00:00" } } } }
            """);

        Assert.Equal(TimeSpan.FromSeconds(30), snapshot.Get(SlowStartSettings.Section, "a")!.SlowStart);
        Assert.Equal(TimeSpan.Zero, snapshot.Get(SlowStartSettings.Section, "b")!.SlowStart);
        Assert.Equal(TimeSpan.Zero, Layered.Get(SlowStartSettings.Section, "a")!.SlowStart);
    }

    [Fact]
    public void RateLimit_ThatSaysItsLimitOnly_FillsInASecond()
    {
        var limit = Layered.Get(RateLimitSettings.Route, "R")!;

        Assert.Equal((10, null, TimeSpan.FromSeconds(1)), (limit.TokenLimit, limit.TokensPerPeriod, limit.ReplenishmentPeriod));
    }

    [Fact]
    public void Names_InAnyCase_AreTheSame()
    {
        var snapshot = House.Read("""{ "reverseproxy": { "routes": { "r": { "clusterid": "API", "match": { "path": "/" } } }, "CLUSTERS": { "api": { "pool": { "ENABLED": "False" } } } } }""");

        Assert.False(snapshot.Get(PoolSettings.Section, "Api")!.Enabled);
        Assert.Equal("API", Assert.Single(snapshot.Routes).ClusterId);
    }

    [Fact]
    public void Sections_OfOthers_AreNotReadStrictly() =>
        House.Read("""{ "Logging": { "Anything": 5 }, "MyTool": [ 1 ], "ReverseProxy": { "Routes": {} } }""");
}
