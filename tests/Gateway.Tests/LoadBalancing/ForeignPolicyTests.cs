using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.LoadBalancing;

/// <summary>YARP's interface, seen from both sides: a policy of somebody else's here, and ours asked by somebody else.</summary>
public sealed class ForeignPolicyTests
{
    [Fact]
    public void Policy_OfSomebodyElses_ChoosesAmongThoseThatCanTakeTheRequest()
    {
        var pool = new FakeGate("pool", hope: 2);
        var choosing = new Choosing(House.OfCluster("api", "", "a", "b", "c"), pool) { Policies = [new Last()] };
        Assert.Equal(["c", "c"], choosing.Chosen(2));

        pool["c"].Permits = 2;

        Assert.Equal("b", choosing.Chosen());
    }

    [Fact]
    public void Policy_OfSomebodyElsesThatWantsNone_IsNoHealthyBackends()
    {
        var choosing = new Choosing(House.OfCluster("api", "", "a", "b"), new FakeGate("pool", hope: 2)) { Policies = [new Last { Wants = false }] };

        Assert.Equal("No healthy backends", choosing.Choose().Refusal!.Title);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("LeastRequests")]
    [InlineData("ConsistentHash")]
    [InlineData("FirstAlphabetical")]
    public void Policy_OfOursAskedBySomebodyElse_PicksOfTheListOnly(string name)
    {
        var choosing = Clusters.Over(name, ("a", 1), ("b", 2), ("c", 3));
        var policy = choosing.Policies.Single(policy => policy.Name == name);
        DestinationState[] list = [choosing.Cluster["b"], choosing.Cluster["c"]];

        for (var i = 0; i < 50; i++)
            Assert.Contains(policy.PickDestination(Requests.New(), choosing.Cluster.State, list)!.DestinationId, (string[])["b", "c"]);
        Assert.True(policy.PickDestination(Requests.New(), choosing.Cluster.State, []) is null);
    }

    private sealed class Last : ILoadBalancingPolicy
    {
        public bool Wants { get; init; } = true;

        public string Name => Chooser.DefaultPolicy;

        public DestinationState? PickDestination(HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations) =>
            Wants ? availableDestinations[^1] : null;
    }
}
