using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;

namespace Gateway.Tests.LoadBalancing;

/// <summary>What each destination gets of many requests.</summary>
public sealed class ShareTests
{
    private static readonly (string, int)[] FiveThreeOneOne = [("a", 5), ("b", 3), ("c", 1), ("d", 1)];

    [Theory]
    [InlineData("RoundRobin", 0)]
    [InlineData("Random", 800)]
    [InlineData("ConsistentHash", 800)]
    public void Shares_OfManyRequests_AreTheWeightsWithinTwoPercent(string policy, int off)
    {
        var choosing = Clusters.Over(policy, FiveThreeOneOne);

        var shares = Clusters.SharesOfClients(choosing, 40_000);

        AssertNear([20_000, 12_000, 4000, 4000], [shares["a"], shares["b"], shares["c"], shares["d"]], off);
    }

    [Fact]
    public void LeastRequests_WithRequestsThatStay_IsLoadedByTheWeights()
    {
        var choosing = Clusters.Over("LeastRequests", FiveThreeOneOne);

        for (var i = 0; i < 1000; i++)
            choosing.Cluster.Serve(choosing.Chosen(), 1);

        AssertNear([500, 300, 100, 100], [.. choosing.Cluster.All.Select(destination => destination.ConcurrentRequestCount)], 2);
    }

    [Fact]
    public void PowerOfTwo_WithRequestsThatStay_IsLoadedByTheWeights()
    {
        var choosing = Clusters.Over("PowerOfTwoChoices", FiveThreeOneOne);

        for (var i = 0; i < 10_000; i++)
            choosing.Cluster.Serve(choosing.Chosen(), 1);

        AssertNear([5000, 3000, 1000, 1000], [.. choosing.Cluster.All.Select(destination => destination.ConcurrentRequestCount)], 200);
    }

    [Theory]
    [InlineData("RoundRobin")]
    [InlineData("Random")]
    public void Shares_OfWeightsThatASaveChanges_AreTheNewOnes(string policy)
    {
        var choosing = Clusters.Over(policy, ("a", 1), ("b", 1));
        choosing.Chosen(7);

        choosing.Rosters.Apply(Clusters.Snapshot(policy, ("a", 4), ("b", 1)));

        Assert.InRange(choosing.Shares(10_000)["a"], 7800, 8200);
    }

    [Fact]
    public void RoundRobin_OfAThousandWeights_IsExactInEveryRound()
    {
        var weights = Enumerable.Range(0, 1000).Select(i => ($"d{i}", 1 + (i * 7 % 5))).ToArray();
        var choosing = Clusters.Over("RoundRobin", weights);
        var round = weights.Sum(each => each.Item2);

        for (var i = 0; i < 3; i++)
        {
            var shares = choosing.Shares(round);
            Assert.All(weights, each => Assert.Equal(each.Item2, shares[each.Item1]));
        }
    }

    [Theory]
    [InlineData("abaaaca", 5, 1, 1)]
    [InlineData("abaababa", 5, 3)]
    public void RoundRobin_OfUnequalWeights_SpreadsTheHeaviestOut(string order, params int[] weights)
    {
        var choosing = Clusters.Over("RoundRobin", [.. weights.Select((weight, i) => (((char)('a' + i)).ToString(), weight))]);

        Assert.Equal(order + order, string.Concat(choosing.Chosen(2 * order.Length)));
    }

    [Fact]
    public void RoundRobin_OfOneHeavyAmongManyLight_NeverGivesItThreeInARow()
    {
        var choosing = Clusters.Over("RoundRobin", [("a", 100), .. Enumerable.Range(0, 100).Select(i => ($"l{i}", 1))]);

        var order = string.Concat(choosing.Chosen(400).Select(id => id[0]));

        Assert.DoesNotContain("aaa", order, StringComparison.Ordinal);
        Assert.DoesNotContain("lll", order, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RoundRobin", 60)]
    [InlineData("Random", 300)]
    public void Shares_WithOneFull_GoToTheOthersByWeight(string policy, int off)
    {
        var pool = new FakeGate("pool", hope: 2);
        var choosing = new Choosing(Clusters.Snapshot(policy, FiveThreeOneOne), pool);
        pool["b"].Permits = 0;

        var shares = choosing.Shares(7000);

        AssertNear([5000, 1000, 1000], [shares["a"], shares["c"], shares["d"]], off);
    }

    [Fact]
    public void RoundRobin_WithOneOfThreeDeadAndRetried_GivesTheOthersTheSame()
    {
        var choosing = Clusters.Over("RoundRobin", ("a", 1), ("b", 1), ("c", 1));
        var served = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0 };

        for (var i = 0; i < 10_000; i++)
        {
            var chosen = choosing.Chosen();
            if (chosen == "c")
                chosen = choosing.Chosen(choosing.Wish(tried: [choosing.Cluster["c"]]));
            served[chosen]++;
        }

        Assert.InRange(served["a"], 4900, 5100);
    }

    [Fact]
    public void RoundRobin_WithNearlyAllFull_FindsTheFewByTurns()
    {
        var pool = new FakeGate("pool", hope: 2);
        var choosing = new Choosing(House.OfCluster("api", "", [.. Enumerable.Range(0, 200).Select(i => $"d{i}")]), pool);
        foreach (var destination in choosing.Cluster.All)
            pool[destination.DestinationId].Permits = destination.DestinationId is "d7" or "d8" ? int.MaxValue : 0;

        Assert.Equal(new() { ["d7"] = 500, ["d8"] = 500 }, choosing.Shares(1000));
    }

    private static void AssertNear(int[] expected, int[] actual, int off) =>
        Assert.All(expected.Zip(actual), share => Assert.InRange(share.Second, share.First - off, share.First + off));
}

/// <summary>Clusters of destinations with weights.</summary>
internal static class Clusters
{
    public static Choosing Over(string policy, params (string Id, int Weight)[] destinations) => new(Snapshot(policy, destinations));

    public static Snapshot Snapshot(string policy, params (string Id, int Weight)[] destinations) => With(policy, "", destinations);

    public static Snapshot With(string policy, string settings, params (string Id, int Weight)[] destinations) => House.Read($$"""
        { "ReverseProxy": { "Routes": {}, "Clusters": { "api": { "LoadBalancingPolicy": "{{policy}}", {{(settings.Length > 0 ? settings + "," : "")}} "Destinations": {
            {{string.Join(", ", destinations.Select(each => $$""" "{{each.Id}}": { "Address": "http://127.0.0.1/", "Weight": {{each.Weight}} } """))}} } } } } }
        """);

    /// <summary>How often each destination is chosen by requests of as many clients, which leave again.</summary>
    public static Dictionary<string, int> SharesOfClients(Choosing choosing, int clients) =>
        Enumerable.Range(0, clients).Select(client => Home(choosing, client)).GroupBy(id => id).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Where a client's request goes when nobody else is there.</summary>
    public static string Home(Choosing choosing, int client)
    {
        var admission = choosing.Admitted(Of(choosing, client));
        admission.Leave();
        return admission.Destination.DestinationId;
    }

    public static Wish Of(Choosing choosing, int client)
    {
        var wish = choosing.Wish();
        wish.Context.Connection.RemoteIpAddress = new System.Net.IPAddress(0x0A00_0000 + client);
        return wish;
    }
}
