using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.CircuitBreaking;

/// <summary>A circuit that opens at the third failure in a row and breaks for ten seconds.</summary>
public abstract class CircuitTestBase
{
    protected static readonly TimeSpan Break = TimeSpan.FromSeconds(10);
    protected static readonly TimeSpan Moment = TimeSpan.FromTicks(1);

    private protected readonly FakeTimeProvider Time = new();
    private protected readonly RecordingLogger<Circuit> Log = new();
    private protected readonly Circuit Circuit;

    protected CircuitTestBase() => Circuit = new Circuit(new("api", "one"), Time, Log) { Settings = new() { FailureThreshold = 3, BreakDuration = Break } };

    private protected void Request(AttemptOutcome outcome) => End(Enter(), outcome);

    private protected void Fail(int times = 1)
    {
        for (var i = 0; i < times; i++)
            Request(AttemptOutcome.Failure);
    }

    private protected void Succeed() => Request(AttemptOutcome.Success);

    private protected long Enter()
    {
        Assert.True(Circuit.IsOpen);
        Assert.True(Circuit.TryEnter(out var ticket));
        return ticket;
    }

    private protected void End(long ticket, AttemptOutcome outcome)
    {
        Circuit.Judge(ticket, outcome);
        Circuit.Leave(ticket);
    }

    private protected void Open()
    {
        Fail(3);
        AssertRefuses();
    }

    private protected void AssertRefuses()
    {
        Assert.False(Circuit.IsOpen);
        Assert.False(Circuit.TryEnter(out _));
    }

    private protected void AssertClosed()
    {
        Assert.Equal(Polly.CircuitBreaker.CircuitState.Closed, Circuit.State);
        for (var i = 0; i < 100; i++)
            Enter();
    }
}
