using Gateway.LoadBalancing;
using Gateway.Tests.Support;

namespace Gateway.Tests.LoadBalancing;

public sealed class ChooserTests
{
    private static readonly string[] Ids = ["a", "b", "c"];
    private readonly FakeGate _circuit = new("circuit", hope: 1);
    private readonly FakeGate _pool = new("pool", hope: 2);
    private readonly Choosing _choosing;

    public ChooserTests() => _choosing = new Choosing(House.OfCluster("api", "", Ids), _circuit, _pool);

    [Fact]
    public void Choice_WithAllOpen_GoesRound() =>
        Assert.Equal(["a", "b", "c", "a", "b", "c", "a"], _choosing.Chosen(7));

    [Fact]
    public void Choice_WithOneFull_SkipsItAndSharesTheRestEvenly()
    {
        _pool["b"].Permits = 0;

        Assert.Equal(new() { ["a"] = 50, ["c"] = 50 }, _choosing.Shares(100));
    }

    [Fact]
    public void Choice_WithOneCircuitOpen_SkipsItAndSharesTheRestEvenly()
    {
        _circuit["a"].Permits = 0;

        Assert.Equal(new() { ["b"] = 50, ["c"] = 50 }, _choosing.Shares(100));
    }

    [Fact]
    public void Choice_AmongTheHealthyOnly_TakesNoOther()
    {
        var wish = _choosing.Wish(among: [_choosing.Cluster["a"], _choosing.Cluster["c"]]);

        Assert.Equal(["a", "c", "a", "c"], _choosing.Chosen(4, wish));
    }

    [Fact]
    public void Choice_AfterOthersWereTried_TakesAnother()
    {
        var wish = _choosing.Wish(tried: [_choosing.Cluster["a"], _choosing.Cluster["b"]]);

        Assert.Equal(["c", "c"], _choosing.Chosen(2, wish));
        Assert.True(_choosing.IsAnyLeft(wish));
        Assert.False(_choosing.IsAnyLeft(_choosing.Wish(tried: _choosing.Cluster.All)));
    }

    [Fact]
    public void Refusal_WithNoDestination_IsNoHealthyBackends()
    {
        var refusal = _choosing.Choose(_choosing.Wish(among: [])).Refusal!;

        Assert.Equal((502, "No healthy backends", "health", "destination_unavailable", 14),
            (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus));
        Assert.Null(refusal.RetryAfter);
    }

    [Fact]
    public void Refusal_WithOnlyOpenCircuits_IsTheirs()
    {
        CloseAll(_circuit);

        Assert.Equal("circuit", _choosing.Choose().Refusal!.Gate);
        Assert.Equal([_circuit["a"], _circuit["b"], _circuit["c"]], _circuit.Closed);
    }

    [Fact]
    public void Refusal_WithOneFullPoolAmongOpenCircuits_IsThePools()
    {
        CloseAll(_circuit);
        (_circuit["b"].Permits, _pool["b"].Permits) = (1, 0);

        Assert.Equal("pool", _choosing.Choose().Refusal!.Gate);
        Assert.Equal([_pool["b"]], _pool.Closed);
    }

    [Fact]
    public void Refusal_OfADestinationBothOpenAndFull_IsTheCircuits()
    {
        CloseAll(_circuit);
        CloseAll(_pool);

        Assert.Equal("circuit", _choosing.Choose().Refusal!.Gate);
    }

    [Fact]
    public void Refusal_AmongUnhealthyOnesAndOneOpenCircuit_IsTheCircuits()
    {
        _circuit["a"].Permits = 0;

        Assert.Equal("circuit", _choosing.Choose(_choosing.Wish(among: [_choosing.Cluster["a"]])).Refusal!.Gate);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Refusal_WhenAPermitComesBackWhileItIsMade_IsNotNoHealthyBackends(int looks)
    {
        var wish = _choosing.Wish(among: [_choosing.Cluster["a"]]);
        (_pool["a"].Permits, _pool["a"].OpensAfterLooks) = (0, looks);

        var choice = _choosing.Choose(wish);

        Assert.True(choice.IsAdmitted || choice.Refusal!.Gate == "pool", choice.Refusal?.Title);
    }

    [Fact]
    public void Choice_LostToSomebodyQuicker_IsMadeAnewAndGivesBack()
    {
        _pool["a"].LosesRaces = 1;

        Assert.Equal("b", _choosing.Chosen());

        Assert.Equal(0, _circuit["a"].Inside);
        Assert.Equal([(1, "None"), (1, "Leave")], _circuit["a"].Told);
        Assert.Empty(_pool["a"].Told);
        Assert.Equal((1, 1), (_circuit["b"].Inside, _pool["b"].Inside));
    }

    [Fact]
    public void Choice_OfATurnstileThatIsOpenAndLetsNobodyIn_ComesToAnEnd()
    {
        foreach (var id in Ids)
            _circuit[id].LosesRaces = int.MaxValue;

        Assert.Equal("circuit", _choosing.Choose().Refusal!.Gate);

        Assert.All(Ids, id => Assert.Equal(0, _circuit[id].Inside));
    }

    [Fact]
    public void Choice_OfATurnstileThatOpensWheneverANoIsPutTogether_ComesToAnEnd()
    {
        // Two looks to choose, and one to say why not.
        _pool["a"].OpensOnceIn = 3;

        Assert.False(_choosing.Choose(_choosing.Wish(among: [_choosing.Cluster["a"]])).IsAdmitted);
    }

    [Fact]
    public void Choice_OfAClientThatIsBound_GoesByTheHealthOfTheMoment()
    {
        var bound = _choosing.Wish(affine: true, among: [_choosing.Cluster["a"]]);
        Assert.Equal("a", _choosing.Chosen(bound));

        _choosing.Cluster.TakeOut("a");

        Assert.False(_choosing.IsAnyLeft(bound));
        Assert.Equal("health", _choosing.Choose(bound).Refusal!.Gate);
    }

    [Fact]
    public void Choice_OfAnyDestination_GoesByTheHealthOfTheMoment()
    {
        var wish = _choosing.Wish() with { Destinations = null };
        Assert.Equal(["a", "b", "c"], _choosing.Chosen(3, wish).Order());

        _choosing.Cluster.TakeOut("a", "c");

        Assert.Equal(["b", "b"], _choosing.Chosen(2, wish));
    }

    [Fact]
    public void Choice_ByManyThreads_NeverGivesTheLastPermitTwice()
    {
        foreach (var id in Ids)
            _pool[id].Permits = 5;
        var admitted = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (_choosing.Choose().IsAdmitted)
                    Interlocked.Increment(ref admitted);
            }
        });

        Assert.Equal(15, admitted);
        Assert.All(Ids, id => Assert.Equal((5, 5), (_circuit[id].Inside, _pool[id].Inside)));
    }

    [Fact]
    public void Choice_ByManyThreadsThatComeAndGo_LosesNothing()
    {
        foreach (var id in Ids)
            _pool[id].Permits = 2;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 1000; i++)
            {
                var choice = _choosing.Choose();
                if (!choice.IsAdmitted)
                    continue;
                var admission = choice.Admission;
                admission.Judge(AttemptOutcome.Success);
                admission.Leave();
            }
        });

        Assert.All(Ids, id => Assert.Equal((0, 0), (_circuit[id].Inside, _pool[id].Inside)));
    }

    private static void CloseAll(FakeGate gate)
    {
        foreach (var id in Ids)
            gate[id].Permits = 0;
    }
}
