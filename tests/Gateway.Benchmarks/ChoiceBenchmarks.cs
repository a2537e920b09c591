using System.Net;
using BenchmarkDotNet.Attributes;
using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Benchmarks;

/// <summary>What choosing a destination costs, turnstiles entered and left, by policy and number of destinations.</summary>
[MemoryDiagnoser]
public class ChoiceBenchmarks
{
    private Chooser _chooser = null!;
    private Wish _wish;

    [Params(2, 10, 1000)]
    public int Destinations { get; set; }

    [Params("RoundRobin", "Random", "PowerOfTwoChoices", "LeastRequests", "ConsistentHash")]
    public string Policy { get; set; } = "";

    [Params(false, true)]
    public bool Weighted { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var ids = Enumerable.Range(0, Destinations).Select(index => $"backend-{index}").ToArray();
        var config = new ClusterConfig { ClusterId = "api", LoadBalancingPolicy = Policy };
        var cluster = new ClusterState("api", new ClusterModel(config, new HttpMessageInvoker(new SocketsHttpHandler())));
        // One that finds an idle destination need look no further.
        var load = 1;
        var destinations = Array.ConvertAll(ids, id => new DestinationState(id) { ConcurrentRequestCount = 1 + (load++ % 3) });
        cluster.DestinationsState = new ClusterDestinationsState(destinations, destinations);
        var rosters = new Rosters(
            [new CircuitGate(TimeProvider.System, NullLogger<CircuitGate>.Instance), new PoolGate(TimeProvider.System)], TimeProvider.System);
        rosters.Apply(new Snapshot
        {
            Version = 1,
            Routes = [],
            Clusters = [config],
            Effective = new Dictionary<string, string?>(),
            Settings = Enumerable.Range(0, Weighted ? Destinations : 0).ToDictionary(
                index => new SettingsPlace(WeightSettings.Section, "api", ids[index]), index => (object)new WeightSettings { Weight = 1 + (index % 7) }),
        });
        ILoadBalancingPolicy[] policies =
        [
            new RoundRobinPolicy(rosters), new RandomPolicy(rosters), new PowerOfTwoChoicesPolicy(rosters),
            new LeastRequestsPolicy(rosters), new ConsistentHashPolicy(rosters),
        ];
        _chooser = new Chooser(rosters, policies);
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("2001:db8::17");
        _wish = new Wish(context, cluster, destinations, Affine: false, Tried: null);
    }

    [Benchmark]
    public bool Choose_EnterJudgeLeave()
    {
        var choosing = _chooser.ChooseAsync(_wish, CancellationToken.None);
        if (!choosing.IsCompletedSuccessfully)
            return false;
        var admission = choosing.Result.Admission;
        admission.Judge(AttemptOutcome.Success);
        admission.Leave();
        return true;
    }
}
