using Gateway.CircuitBreaking;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Polly.CircuitBreaker;

namespace Gateway.Tests.CircuitBreaking;

/// <summary>Circuits of one cluster that may not all be open at once.</summary>
public sealed class CircuitEjectionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLogger<CircuitGate> _log = new();
    private readonly CircuitGate _gate;

    public CircuitEjectionTests() => _gate = new CircuitGate(_time, _log);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(24, 0)]
    [InlineData(25, 1)]
    [InlineData(74, 2)]
    [InlineData(99, 3)]
    [InlineData(100, 4)]
    public void Open_OfFourThatFail_AreNeverMoreThanThePercentage(int percent, int allowed)
    {
        Apply(percent, "a", "b", "c", "d");
        foreach (var destination in (string[])["a", "b", "c", "d"])
            Fail(destination, 20);

        Assert.Equal(["a", "b", "c", "d"], [.. Open(), .. Closed()]);
        Assert.Equal(allowed, Open().Length);
    }

    [Fact]
    public void Circuit_BeyondTheLimit_StaysClosedAndIsToldOnce()
    {
        Apply(50, "a", "b");
        Fail("a", 2);
        Fail("b", 20);

        Assert.Equal(["b"], Closed());
        Assert.Equal("Circuit of destination b of cluster api stays CLOSED after 2 failures in a row: MaxEjectedPercent of 50 leaves 1 of 2 out",
            Assert.Single(_log.Lines, line => line.Contains("stays CLOSED", StringComparison.Ordinal)));
        Assert.True(Of("b").IsOpen);
    }

    [Fact]
    public void Circuit_BeyondTheLimit_OpensAtTheNextFailureWhenAnotherCloses()
    {
        Apply(50, "a", "b");
        Fail("a", 2);
        Fail("b", 5);
        _time.Advance(TimeSpan.FromSeconds(10));
        Judge("a", AttemptOutcome.Success);
        Assert.Empty(Open());

        Fail("b");

        Assert.Equal(["b"], Open());
    }

    [Fact]
    public void HalfOpenCircuit_CountsAsOut()
    {
        Apply(50, "a", "b");
        Fail("a", 2);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(Of("a").TryEnter(out var probe));

        Fail("b", 3);
        Assert.Empty(Open("b"));
        Of("a").Judge(probe, AttemptOutcome.Failure);
        Fail("b", 3);

        Assert.Equal(["a"], Open());
    }

    [Fact]
    public void Success_BetweenFailuresBeyondTheLimit_BeginsTheRowAnew()
    {
        Apply(50, "a", "b");
        Fail("a", 2);
        Fail("b", 20);
        Judge("b", AttemptOutcome.Success);
        _time.Advance(TimeSpan.FromSeconds(10));
        Judge("a", AttemptOutcome.Success);

        Fail("b", 1);

        Assert.Empty(Open());
    }

    [Fact]
    public void Clusters_HaveLimitsOfTheirOwn()
    {
        _gate.Apply(House.Read("""
            { "Gateway": { "ClusterDefaults": { "CircuitBreaker": { "FailureThreshold": 1, "MaxEjectedPercent": 50 } } },
              "ReverseProxy": { "Routes": {}, "Clusters": {
                "api": { "Destinations": { "a": { "Address": "http://a:1/" }, "b": { "Address": "http://a:2/" } } },
                "web": { "Destinations": { "a": { "Address": "http://a:3/" }, "b": { "Address": "http://a:4/" } } } } } }
            """));

        Fail("a");
        Fail("b");
        Fail("b", cluster: "web");
        Fail("a", cluster: "web");

        Assert.Equal(["api/a", "web/b"], Out().Select(id => $"{id.Cluster}/{id.Destination}").Order());
    }

    [Fact]
    public void Limit_LoweredByASave_ClosesTheLatest()
    {
        Apply(100, "a", "b", "c", "d");
        foreach (var destination in (string[])["c", "a", "d"])
            Fail(destination, 2);

        Apply(50, "a", "b", "c", "d");

        Assert.Equal(["a", "c"], Open());
        Assert.True(Of("d").TryEnter(out _));
        Assert.Single(_log.Lines, line => line.Contains("d of cluster api is CLOSED before its probe: MaxEjectedPercent of 50 leaves 2 of 4 out", StringComparison.Ordinal));
    }

    [Fact]
    public void CircuitThatGaveWay_OpensAgainAfterItsThreshold_WhenThereIsRoom()
    {
        Apply(100, "a", "b");
        Fail("a", 2);
        Fail("b", 2);
        Apply(50, "a", "b");
        Apply(100, "a", "b");

        Fail("b");
        Assert.Equal(["a"], Open());
        Fail("b");

        Assert.Equal(["a", "b"], Open());
    }

    [Fact]
    public void DestinationThatIsGone_HoldsNoPlace()
    {
        Apply(50, "a", "b");
        Fail("a", 2);
        var gone = Of("a");
        var snapshot = Apply(50, "b", "c");
        _gate.Settled(snapshot);

        Fail("b", 2);
        Assert.Equal(["b"], Open());
        Fail("c", 2);
        Assert.Equal(["b"], Open());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(gone.TryEnter(out var late));
        gone.Judge(late, AttemptOutcome.Success);
        Fail("c");

        Assert.Equal(["b"], Open());
    }

    [Fact]
    public void Threads_ThatFailOnAllDestinations_NeverOpenMoreThanAllowed()
    {
        var circuits = OfTen();

        Threads.Run(Threads.Many, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                Judge(circuits[(thread + i) % circuits.Length], AttemptOutcome.Failure);
                // None closes before a break is over, so that what is counted one by one was so at once.
                Assert.InRange(circuits.Count(circuit => circuit.State != CircuitState.Closed), 0, 3);
            }
        });

        Assert.Equal(3, Out().Count());
    }

    [Fact]
    public void Threads_ThatOpenAndClose_LoseNoPlaceAndWinNone()
    {
        var circuits = OfTen();

        for (var round = 0; round < 20; round++)
        {
            Threads.Run(8, thread =>
            {
                var random = new Random(thread + (100 * round));
                for (var i = 0; i < 300; i++)
                {
                    Judge(circuits[random.Next(circuits.Length)], random.Next(4) == 0 ? AttemptOutcome.Success : AttemptOutcome.Failure);
                    if (i % 50 == 0)
                        _time.Advance(TimeSpan.FromSeconds(5));
                }
            });
            Assert.InRange(Out().Count(), 0, 3);
        }
        for (var i = 0; i < 2; i++)
            Array.ForEach(circuits, circuit => Judge(circuit, AttemptOutcome.Failure));

        Assert.Equal(3, Out().Count());
    }

    private Circuit[] OfTen()
    {
        var destinations = Enumerable.Range(0, 10).Select(i => $"d{i}").ToArray();
        Apply(30, destinations);
        return [.. destinations.Select(Of)];
    }

    private Snapshot Apply(int percent, params string[] destinations)
    {
        var snapshot = House.OfCluster("api", $$""" "CircuitBreaker": { "FailureThreshold": 2, "BreakDuration": "00:00:10", "MaxEjectedPercent": {{percent}} } """, destinations);
        _gate.Apply(snapshot);
        return snapshot;
    }

    private Circuit Of(string destination) => (Circuit)_gate.TurnstileOf(new("api", destination));

    private IEnumerable<DestinationId> Out() => _gate.Circuits.Where(pair => pair.Value.State != CircuitState.Closed).Select(pair => pair.Key);

    private string[] Open(string? destination = null) => [.. Out().Select(id => id.Destination).Where(id => destination is null || id == destination).Order()];

    private string[] Closed() => [.. _gate.Circuits.Where(pair => pair.Value.State == CircuitState.Closed).Select(pair => pair.Key.Destination).Order()];

    private void Fail(string destination, int times = 1, string cluster = "api")
    {
        for (var i = 0; i < times; i++)
            Judge(destination, AttemptOutcome.Failure, cluster);
    }

    private void Judge(string destination, AttemptOutcome outcome, string cluster = "api") =>
        Judge((Circuit)_gate.TurnstileOf(new(cluster, destination)), outcome);

    private static void Judge(Circuit circuit, AttemptOutcome outcome)
    {
        if (!circuit.TryEnter(out var ticket))
            return;
        circuit.Judge(ticket, outcome);
        circuit.Leave(ticket);
    }
}
