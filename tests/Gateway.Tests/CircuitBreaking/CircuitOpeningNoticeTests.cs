using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;

namespace Gateway.Tests.CircuitBreaking;

/// <summary>Those who wait hear of it when a circuit may let one of them through.</summary>
public sealed class CircuitOpeningNoticeTests : CircuitTestBase
{
    private readonly Circuit _circuit;
    private int _notices;

    public CircuitOpeningNoticeTests() => _circuit = new Circuit(new("api", "one"), Time, Log)
    {
        Opening = () => _notices++,
        Settings = new() { FailureThreshold = 1, BreakDuration = Break },
    };

    [Fact]
    public void Break_Over_IsTold()
    {
        Enter(AttemptOutcome.Failure);
        Time.Advance(Break - Moment);
        Assert.Equal(0, _notices);

        // Timers count whole milliseconds.
        Time.Advance(TimeSpan.FromMilliseconds(2));

        Assert.Equal(1, _notices);
        Assert.True(_circuit.IsOpen);
    }

    [Fact]
    public void Break_ThatASaveShortens_IsToldAtItsNewEnd()
    {
        Enter(AttemptOutcome.Failure);
        _circuit.Settings = _circuit.Settings with { BreakDuration = TimeSpan.FromSeconds(1) };

        Time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal(1, _notices);
    }

    [Fact]
    public void Probe_ThatSucceeds_IsTold()
    {
        Enter(AttemptOutcome.Failure);
        Time.Advance(Break + TimeSpan.FromSeconds(1));
        var before = _notices;

        Enter(AttemptOutcome.Success);

        Assert.Equal(before + 1, _notices);
    }

    [Fact]
    public void Probe_ThatHangs_IsToldAfterABreak()
    {
        Enter(AttemptOutcome.Failure);
        Time.Advance(Break + TimeSpan.FromSeconds(1));
        Assert.True(_circuit.TryEnter(out _));
        var before = _notices;

        Time.Advance(Break + TimeSpan.FromSeconds(1));

        Assert.Equal(before + 1, _notices);
    }

    private void Enter(AttemptOutcome outcome)
    {
        Assert.True(_circuit.TryEnter(out var ticket));
        _circuit.Judge(ticket, outcome);
        _circuit.Leave(ticket);
    }
}
