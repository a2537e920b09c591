using Gateway.Configuration;
using Gateway.Tests.Support;

namespace Gateway.Tests.LoadBalancing;

public sealed class PolicyTests
{
    [Fact]
    public void RoundRobin_OfThreeToOne_SpreadsWithoutBursts() =>
        Assert.Equal("aabaaabaaaba", string.Concat(Over("RoundRobin", ("a", 3), ("b", 1)).Chosen(12)));

    [Fact]
    public void RoundRobin_OfSeveralWeights_IsExactInEveryRound()
    {
        var choosing = Over("RoundRobin", ("a", 5), ("b", 3), ("c", 2), ("d", 1));

        for (var round = 0; round < 20; round++)
            Assert.Equal(new() { ["a"] = 5, ["b"] = 3, ["c"] = 2, ["d"] = 1 }, choosing.Shares(11));
    }

    [Fact]
    public void RoundRobin_OfWeightsFarApart_IsExact() =>
        Assert.Equal(new() { ["a"] = 1000, ["b"] = 1 }, Over("RoundRobin", ("a", 1000), ("b", 1)).Shares(1001));

    [Fact]
    public void RoundRobin_OfEqualWeights_GoesRoundOneByOne() =>
        Assert.Equal("abcabcabc", string.Concat(Over("RoundRobin", ("a", 7), ("b", 7), ("c", 7)).Chosen(9)));

    [Fact]
    public void RoundRobin_ByManyThreads_IsExact()
    {
        var choosing = Over("RoundRobin", ("a", 3), ("b", 1));
        var a = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (choosing.Chosen() == "a")
                    Interlocked.Increment(ref a);
            }
        });

        Assert.Equal(2400, a);
    }

    [Fact]
    public void RoundRobin_WithOneMissing_SharesByTheWeightsOfTheRest()
    {
        var choosing = Over("RoundRobin", ("a", 3), ("b", 1), ("c", 2));
        var rest = choosing.Wish(among: [choosing.Cluster["a"], choosing.Cluster["b"]]);

        Assert.Equal(new() { ["a"] = 300, ["b"] = 100 }, choosing.Shares(400, rest));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("roundrobin")]
    public void RoundRobin_IsThePolicyOfAClusterThatNamesNone(string? policy) =>
        Assert.Equal("abab", string.Concat(Over(policy, ("a", 1), ("b", 1)).Chosen(4)));

    [Theory]
    [InlineData("Random")]
    [InlineData("LeastRequests")]
    [InlineData("PowerOfTwoChoices")]
    public void Policy_OfEqualDestinationsAndNoLoad_UsesAllAlike(string policy) =>
        Assert.All(Over(policy, ("a", 1), ("b", 1), ("c", 1)).Shares(6000).Values, share => Assert.InRange(share, 1700, 2300));

    [Fact]
    public void Random_OfThreeToOne_FollowsTheWeights() =>
        Assert.InRange(Over("Random", ("a", 3), ("b", 1)).Shares(8000)["a"], 5700, 6300);

    [Fact]
    public void LeastRequests_OfThreeToOne_CountsLoadInProportion()
    {
        var choosing = Over("LeastRequests", ("a", 3), ("b", 1));
        choosing.Cluster.Serve("a", 1);
        Assert.Equal(new() { ["a"] = 100 }, choosing.Shares(100));

        choosing.Cluster.Serve("a", 2);
        Assert.Equal(new() { ["b"] = 100 }, choosing.Shares(100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void LeastRequests_OfManyOfWhomSomeAreClosed_TakesAnOpenOneWithTheLeastInProportion(int weights)
    {
        var random = new Random(1);
        for (var round = 1; round < 50; round++)
        {
            var all = Enumerable.Range(0, 40).Select(i => (Id: $"{i}", Weight: 1 + random.Next(weights), Load: random.Next(round), IsOpen: random.Next(3) > 0)).ToArray();
            var gate = new FakeGate("gate", hope: 1);
            var choosing = new Choosing(Read("LeastRequests", [.. all.Select(each => (each.Id, each.Weight))]), gate);
            foreach (var (id, _, load, isOpen) in all)
            {
                choosing.Cluster.Serve(id, load);
                gate[id].Permits = isOpen ? int.MaxValue : 0;
            }
            var open = all.Where(each => each.IsOpen).ToDictionary(each => each.Id, each => (each.Load + 1.0) / each.Weight);

            Assert.All(choosing.Chosen(20), id => Assert.Equal(open.Values.Min(), open[id]));
        }
    }

    [Fact]
    public void PowerOfTwo_OfTwo_TakesTheLessLoadedInProportion()
    {
        var choosing = Over("PowerOfTwoChoices", ("a", 3), ("b", 1));
        choosing.Cluster.Serve("a", 1);
        Assert.Equal(new() { ["a"] = 100 }, choosing.Shares(100));

        choosing.Cluster.Serve("a", 2);
        Assert.Equal(new() { ["b"] = 100 }, choosing.Shares(100));
    }

    [Fact]
    public void PowerOfTwo_OfThree_NeverTakesTheMostLoaded()
    {
        var choosing = Over("PowerOfTwoChoices", ("a", 1), ("b", 1), ("c", 1));
        choosing.Cluster.Serve("b", 1);
        choosing.Cluster.Serve("c", 2);

        var shares = choosing.Shares(3000);

        // a wins two draws of three.
        Assert.InRange(shares["a"], 1850, 2150);
        Assert.False(shares.ContainsKey("c"));
    }

    [Fact]
    public void FirstAlphabetical_WithAllThere_TakesTheFirst()
    {
        var choosing = Over("FirstAlphabetical", ("b", 5), ("A", 1), ("c", 9));
        Assert.Equal(["A", "A"], choosing.Chosen(2));

        Assert.Equal("b", choosing.Chosen(choosing.Wish(tried: [choosing.Cluster["A"]])));
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("LeastRequests")]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("FirstAlphabetical")]
    public void Weight0_InEveryPolicy_TakesNoNewRequests(string policy)
    {
        var choosing = Over(policy, ("a", 0), ("b", 1), ("c", 1));

        Assert.DoesNotContain("a", choosing.Chosen(200));
        Assert.Equal("a", choosing.Chosen(choosing.Wish(affine: true, among: [choosing.Cluster["a"]])));
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("LeastRequests")]
    [InlineData("PowerOfTwoChoices")]
    [InlineData("FirstAlphabetical")]
    public void Weight0_OfAllDestinations_IsNoHealthyBackends(string policy) =>
        Assert.Equal("No healthy backends", Over(policy, ("a", 0), ("b", 0)).Choose().Refusal!.Title);

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    [InlineData("LeastRequests")]
    [InlineData("PowerOfTwoChoices")]
    public void Weight0_OfTwoDestinationsAClientIsBoundTo_SharesThem(string policy)
    {
        var choosing = Over(policy, ("a", 0), ("b", 0), ("c", 1));
        var bound = choosing.Wish(affine: true, among: [choosing.Cluster["a"], choosing.Cluster["b"]]);

        Assert.Equal(["a", "b"], choosing.Chosen(200, bound).Distinct().Order());
    }

    private static Choosing Over(string? policy, params (string Id, int Weight)[] destinations) => new(Read(policy, destinations));

    private static Snapshot Read(string? policy, (string Id, int Weight)[] destinations) => House.Read($$"""
        { "ReverseProxy": { "Routes": {}, "Clusters": { "api": { "LoadBalancingPolicy": {{(policy is null ? "null" : $"\"{policy}\"")}}, "Destinations": {
            {{string.Join(", ", destinations.Select(each => $$""" "{{each.Id}}": { "Address": "http://127.0.0.1/", "Weight": {{each.Weight}} } """))}} } } } } }
        """);
}
