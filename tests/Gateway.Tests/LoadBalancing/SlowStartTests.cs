using Gateway.LoadBalancing;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.LoadBalancing;

public sealed class SlowStartTests
{
    // Enough for chance to stay far within the tenth that is allowed for.
    private const int Requests = 44_000;
    private readonly FakeTimeProvider _time = new();
    private readonly UpTimesOfATest _upSince = new();

    public static TheoryData<string> Policies => ["RoundRobin", "Random"];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Share_OfOneThatCameUp_GrowsFromATenthToTheWhole(string policy)
    {
        var choosing = Over(policy, ("a", 1), ("b", 1));
        CameUp(choosing, "a");
        _time.Advance(TimeSpan.FromHours(1));
        CameUp(choosing, "b");

        AssertShare(choosing, 0.1);
        _time.Advance(TimeSpan.FromSeconds(3));
        AssertShare(choosing, 0.1);
        _time.Advance(TimeSpan.FromSeconds(12));
        AssertShare(choosing, 0.5);
        _time.Advance(TimeSpan.FromSeconds(15));
        AssertShare(choosing, 1);
    }

    [Fact]
    public void Share_OfSeveralThatCameUpTogether_IsTheWholeAtOnce()
    {
        var choosing = Over("RoundRobin", ("a", 3), ("b", 1));
        CameUp(choosing, "a", "b");

        Assert.Equal("aabaaaba", string.Concat(choosing.Chosen(8)));
    }

    [Fact]
    public void Share_OfAWeight_GrowsToTheWeight()
    {
        var choosing = Over("RoundRobin", ("a", 1), ("b", 4));
        CameUp(choosing, "a");
        _time.Advance(TimeSpan.FromHours(1));
        CameUp(choosing, "b");

        _time.Advance(TimeSpan.FromSeconds(15));

        AssertShare(choosing, 2);
    }

    [Fact]
    public void Load_OfOneThatCameUp_CountsInProportion()
    {
        foreach (var policy in new[] { "LeastRequests", "PowerOfTwoChoices" })
        {
            var choosing = Over(policy, ("a", 1), ("b", 1));
            CameUp(choosing, "a");
            _time.Advance(TimeSpan.FromHours(1));
            CameUp(choosing, "b");

            choosing.Cluster.Serve("a", 8);
            Assert.Equal(new() { ["a"] = 50 }, choosing.Shares(50));
            choosing.Cluster.Serve("a", 2);
            Assert.Equal(new() { ["b"] = 50 }, choosing.Shares(50));
        }
    }

    [Theory]
    [InlineData("ConsistentHash")]
    [InlineData("FirstAlphabetical")]
    public void Choice_WhereWeightsMeanLessOrKeysWouldMove_IsNotChanged(string policy)
    {
        var choosing = Over(policy, ("a", 1), ("b", 1));
        var before = Enumerable.Range(0, 1000).Select(client => Clusters.Home(choosing, client)).ToArray();
        CameUp(choosing, "b");
        _time.Advance(TimeSpan.FromHours(1));
        CameUp(choosing, "a");

        choosing.Rosters.Apply(Settings(policy, ("a", 1), ("b", 1)));

        Assert.Equal(before, Enumerable.Range(0, 1000).Select(client => Clusters.Home(choosing, client)));
    }

    [Fact]
    public void Shares_WithoutSlowStart_DoNotAskSinceWhen()
    {
        var choosing = new Choosing(Clusters.Snapshot("RoundRobin", ("a", 1), ("b", 1)), _time, _upSince);
        CameUp(choosing, "a");
        _time.Advance(TimeSpan.FromHours(1));
        CameUp(choosing, "b");

        AssertShare(choosing, 1);
        Assert.Equal(0, _upSince.Asked);
    }

    [Fact]
    public void Shares_BetweenTwoSteps_AreNotWorkedOutAgain()
    {
        var choosing = Over("RoundRobin", ("a", 1), ("b", 1));
        CameUp(choosing, "a");
        _time.Advance(TimeSpan.FromHours(1));
        CameUp(choosing, "b");
        choosing.Chosen();
        var asked = _upSince.Asked;

        _time.Advance(TimeSpan.FromSeconds(2.9));
        choosing.Chosen(100);
        Assert.Equal(asked, _upSince.Asked);

        _time.Advance(TimeSpan.FromSeconds(30));
        choosing.Chosen(100);
        _time.Advance(TimeSpan.FromHours(1));
        choosing.Chosen(100);
        Assert.Equal(asked + 2, _upSince.Asked);
    }

    private Choosing Over(string policy, params (string, int)[] destinations) => new(Settings(policy, destinations), _time, _upSince);

    private static Gateway.Configuration.Snapshot Settings(string policy, params (string, int)[] destinations) =>
        Clusters.With(policy, "\"SlowStart\": \"00:00:30\"", destinations);

    private void CameUp(Choosing choosing, params string[] destinations)
    {
        foreach (var destination in destinations)
            _upSince.Since[choosing.Cluster[destination]] = _time.GetTimestamp();
    }

    // b's share for each one of a's.
    private static void AssertShare(Choosing choosing, double share)
    {
        var shares = choosing.Shares(Requests, choosing.Wish());
        Assert.InRange((double)shares["b"] / shares["a"], share * 0.9, share * 1.1);
    }

    private sealed class UpTimesOfATest : IUpSince
    {
        public Dictionary<DestinationState, long> Since { get; } = [];

        public int Asked { get; private set; }

        public long? Of(DestinationState destination)
        {
            Asked++;
            return Since.TryGetValue(destination, out var since) ? since : null;
        }
    }
}
