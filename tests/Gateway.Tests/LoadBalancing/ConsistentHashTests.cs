using Gateway.Configuration;
using Gateway.LoadBalancing;

namespace Gateway.Tests.LoadBalancing;

public sealed class ConsistentHashTests
{
    private const int Keys = 10_000;
    private readonly FakeGate _circuit = new("circuit", hope: 1);
    private readonly FakeGate _pool = new("pool", hope: 2);

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(100)]
    public void Keys_WhenOneGoesOrComes_MoveLittleAndOnlyFromOrToIt(int n)
    {
        var all = Homes(n, without: -1);
        Assert.Equal(n, all.Distinct().Count());

        for (var gone = 0; gone < Math.Min(n, 10); gone++)
        {
            // Read the other way round, one comes.
            var rest = Homes(n, without: gone);

            Assert.InRange(all.Zip(rest).Count(key => key.First != key.Second), 1, (int)(1.5 * Keys / n));
            Assert.All(all.Zip(rest), key => Assert.True(key.First == key.Second || key.First == $"d{gone}"));
        }
    }

    [Fact]
    public void Keys_OfOneThatIsDown_GoElsewhereAndComeBack()
    {
        var choosing = Over(("a", 1), ("b", 1), ("c", 1));
        var before = Homes(choosing);
        var healthy = new[] { choosing.Cluster["a"], choosing.Cluster["c"] };

        var meanwhile = Enumerable.Range(0, Keys).Select(client => Leaving(choosing.Admitted(Clusters.Of(choosing, client) with { Destinations = healthy }))).ToArray();

        Assert.DoesNotContain("b", meanwhile);
        Assert.All(before.Zip(meanwhile), key => Assert.True(key.First == key.Second || key.First == "b"));
        Assert.Equal(before, Homes(choosing));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Keys_OfAFullOneOrAnOpenCircuit_GoElsewhereAndComeBack(bool full)
    {
        var choosing = Over(("a", 1), ("b", 1), ("c", 1));
        var before = Homes(choosing);
        var turnstile = (full ? _pool : _circuit)["b"];
        turnstile.Permits = 0;

        var meanwhile = Homes(choosing);

        Assert.All(before.Zip(meanwhile), key => Assert.True(key.Second != "b" && (key.First == key.Second || key.First == "b")));
        turnstile.Permits = int.MaxValue;
        Assert.Equal(before, Homes(choosing));
    }

    [Fact]
    public void Retry_OfAKey_GoesToTheSameOtherOne()
    {
        var choosing = Over(("a", 1), ("b", 1), ("c", 1));
        var home = choosing.Cluster[Clusters.Home(choosing, 1)];

        var others = Enumerable.Range(0, 20).Select(_ => Leaving(choosing.Admitted(Clusters.Of(choosing, 1) with { Tried = [home] }))).Distinct();

        Assert.NotEqual(home.DestinationId, Assert.Single(others));
    }

    [Fact]
    public void Refusal_WithAllFull_IsThePools()
    {
        var choosing = Over(("a", 1), ("b", 1));
        (_pool["a"].Permits, _pool["b"].Permits) = (0, 0);

        Assert.Equal("pool", choosing.Choose().Refusal!.Gate);
    }

    [Fact]
    public void Load_OfOneKeyOnly_WithoutAFactor_StaysAtItsHome()
    {
        var choosing = new Choosing(Clusters.Snapshot("ConsistentHash", ("a", 2), ("b", 1), ("c", 1)), _circuit, _pool);
        var home = Clusters.Home(choosing, 1);

        for (var inFlight = 1; inFlight <= 100; inFlight++)
            Assert.Equal(home, choosing.Chosen(Clusters.Of(choosing, 1)));

        _pool[home].Permits = 100;
        Assert.NotEqual(home, choosing.Chosen(Clusters.Of(choosing, 1)));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1.25)]
    [InlineData(2.0)]
    public void Load_OfOneKeyOnly_StaysWithinTheFactor(double factor)
    {
        var choosing = Over(factor, ("a", 2), ("b", 1), ("c", 1));

        for (var inFlight = 1; inFlight <= 400; inFlight++)
        {
            choosing.Admitted(Clusters.Of(choosing, 1));
            Assert.All([("a", 2), ("b", 1), ("c", 1)], each => Assert.InRange(_pool[each.Item1].Inside, 0, (int)Math.Ceiling((factor * inFlight * each.Item2 / 4) - 1e-9)));
        }
    }

    [Fact]
    public void Load_OfOneKeyOnlyWithOneCircuitOpen_IsSharedByTheOthersWithinTheFactor()
    {
        var choosing = Over(1.25, ("a", 1), ("b", 1), ("c", 1));
        _circuit["b"].Permits = 0;

        for (var inFlight = 1; inFlight <= 100; inFlight++)
        {
            choosing.Admitted(Clusters.Of(choosing, 1));
            Assert.InRange(Math.Max(_pool["a"].Inside, _pool["c"].Inside), 0, Math.Ceiling((1.25 * inFlight / 2) - 1e-9));
        }
    }

    [Fact]
    public void Load_ThatHasLeft_CountsNoMore()
    {
        var choosing = Over(1.0, ("a", 1), ("b", 1));
        var home = Clusters.Home(choosing, 1);
        var held = choosing.Admitted(Clusters.Of(choosing, 1));
        Assert.NotEqual(home, Clusters.Home(choosing, 1));

        held.Leave();
        held.Leave();

        Assert.Equal([home, home], [Clusters.Home(choosing, 1), Clusters.Home(choosing, 1)]);
    }

    [Fact]
    public void Keys_OfTwoGateways_HaveTheSameHome() =>
        Assert.Equal(Homes(Over(("a", 1), ("b", 2), ("c", 3))), Homes(new Choosing(Clusters.Snapshot("ConsistentHash", ("C", 3), ("B", 2), ("A", 1)))), StringComparer.OrdinalIgnoreCase);

    [Fact]
    public void Weights_ThatASaveDoubles_MoveKeysOnlyToTheOne()
    {
        var choosing = Over(("a", 1), ("b", 1), ("c", 1));
        var before = Homes(choosing);

        choosing.Rosters.Apply(Snapshot(1.25, ("a", 2), ("b", 1), ("c", 1)));

        var after = Homes(choosing);
        Assert.All(before.Zip(after), key => Assert.True(key.First == key.Second || key.Second == "a"));
        Assert.InRange(after.Count(home => home == "a"), 4800, 5200);
    }

    private Choosing Over(params (string, int)[] destinations) => Over(1.25, destinations);

    private Choosing Over(double factor, params (string, int)[] destinations) => new(Snapshot(factor, destinations), _circuit, _pool);

    private static Snapshot Snapshot(double factor, params (string, int)[] destinations) =>
        Clusters.With("ConsistentHash", FormattableString.Invariant($"\"ConsistentHash\": {{ \"LoadFactor\": {factor} }}"), destinations);

    private static string[] Homes(Choosing choosing) => [.. Enumerable.Range(0, Keys).Select(client => Clusters.Home(choosing, client))];

    private static string[] Homes(int n, int without) =>
        Homes(Clusters.Over("ConsistentHash", [.. Enumerable.Range(0, n).Where(i => i != without).Select(i => ($"d{i}", 1))]));

    private static string Leaving(Admission admission)
    {
        admission.Leave();
        return admission.Destination.DestinationId;
    }
}
