using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.CircuitBreaking;

public sealed class CircuitGateTests
{
    private const string OpensAtOnce = """ "CircuitBreaker": { "FailureThreshold": 1, "BreakDuration": "00:00:10" } """;
    private readonly FakeTimeProvider _time = new();
    private readonly CircuitGate _gate;

    public CircuitGateTests() => _gate = new CircuitGate(_time, new RecordingLogger<CircuitGate>());

    [Fact]
    public void Turnstile_OverAReload_IsTheSameAndStaysOpen()
    {
        _gate.Apply(House.OfCluster("api", OpensAtOnce, "one", "two"));
        var circuit = Open("one");

        var snapshot = House.OfCluster("API", "", "ONE", "three");
        _gate.Apply(snapshot);
        Assert.Equal(["one", "three", "two"], _gate.Circuits.Select(pair => pair.Key.Destination).Order());
        _gate.Settled(snapshot);

        Assert.Same(circuit, _gate.TurnstileOf(new("api", "one")));
        Assert.False(circuit.IsOpen);
        Assert.Equal(5, ((Circuit)circuit).Settings.FailureThreshold);
        Assert.Equal(["one", "three"], _gate.Circuits.Select(pair => pair.Key.Destination).Order());
    }

    [Fact]
    public void Refusal_OfOpenCircuits_TellsTheSecondsToTheFirstProbeRoundedUp()
    {
        _gate.Apply(House.OfCluster("api", OpensAtOnce, "one", "two"));
        var one = Open("one");
        _time.Advance(TimeSpan.FromMilliseconds(2500));
        var two = Open("two");

        var refusal = _gate.Refuse([two, one]);

        Assert.Equal((503, "Circuit open", "circuit", "destination_unavailable", 14, 8),
            (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus, refusal.RetryAfter));
    }

    [Fact]
    public void Circuit_HeldWhileItsClusterIsGone_IsAsItWasAndCountsWithTheOthers()
    {
        var with = House.OfCluster("api", """ "CircuitBreaker": { "FailureThreshold": 1, "MaxEjectedPercent": 50 } """, "one", "two");
        Save(with);
        var one = _gate.TurnstileOf(new("api", "one"));
        Assert.True(one.TryEnter(out var held));
        Open("one");

        Save(House.OfCluster("web", "", "one"));
        Assert.Equal(["web"], _gate.Circuits.Select(pair => pair.Key.Cluster));
        Save(with);

        Assert.Same(one, _gate.TurnstileOf(new("api", "one")));
        Assert.False(one.IsOpen);
        Assert.True(Open("two").IsOpen);
        one.Leave(held);
        Save(House.OfCluster("web", "", "one"));
        Save(with);
        Assert.True(_gate.TurnstileOf(new("api", "one")).IsOpen);
    }

    private void Save(Gateway.Configuration.Snapshot snapshot)
    {
        _gate.Apply(snapshot);
        _gate.Settled(snapshot);
    }

    private ITurnstile Open(string destination)
    {
        var circuit = _gate.TurnstileOf(new("api", destination));
        Assert.True(circuit.TryEnter(out var ticket));
        circuit.Judge(ticket, AttemptOutcome.Failure);
        circuit.Leave(ticket);
        return circuit;
    }
}
