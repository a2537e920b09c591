using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;

namespace Gateway.Tests.CircuitBreaking;

public sealed class CircuitSettingsTests : CircuitTestBase
{
    private static readonly CircuitBreakerSettings Off = new() { Enabled = false, FailureThreshold = 3, BreakDuration = Break };
    private static readonly CircuitBreakerSettings On = Off with { Enabled = true };

    [Fact]
    public void Circuit_Disabled_NeverOpens()
    {
        Circuit.Settings = Off;

        Fail(1000);

        AssertClosed();
    }

    [Fact]
    public void Circuit_DisabledWhileOpen_LetsEveryRequestThrough()
    {
        Open();

        Circuit.Settings = Off;

        for (var i = 0; i < 100; i++)
            Fail();
        Assert.True(Circuit.IsOpen);
    }

    [Fact]
    public void Circuit_EnabledAgainAfterItsBreak_Probes()
    {
        Open();
        Circuit.Settings = Off;
        Fail(10);
        Time.Advance(Break);

        Circuit.Settings = On;

        var probe = Enter();
        AssertRefuses();
        End(probe, AttemptOutcome.Success);
        AssertClosed();
    }

    [Fact]
    public void Circuit_WhoseProbeEndedWhileDisabled_ProbesAgainWithinABreak()
    {
        Open();
        Time.Advance(Break);
        var probe = Enter();
        Circuit.Settings = Off;
        End(probe, AttemptOutcome.Success);
        Circuit.Settings = On;

        Time.Advance(Break);

        Succeed();
        AssertClosed();
    }

    [Fact]
    public void Circuit_OfASuccessWhileDisabled_CountsAnew()
    {
        Fail(2);
        Circuit.Settings = Off;
        Succeed();
        Circuit.Settings = On;

        Fail();

        AssertClosed();
    }

    [Fact]
    public void Circuit_OfRequestsBegunWhileDisabledAndOpen_IsNotJudgedByThem()
    {
        Open();
        Circuit.Settings = Off;
        var late = Enter();
        Circuit.Settings = On;
        Time.Advance(Break);
        var probe = Enter();

        End(late, AttemptOutcome.Success);

        AssertRefuses();
        End(probe, AttemptOutcome.Success);
        AssertClosed();
    }

    [Fact]
    public void Threshold_LoweredBelowTheFailuresInARow_OpensAtTheNextFailure()
    {
        Fail(2);
        Circuit.Settings = On with { FailureThreshold = 1 };
        AssertClosed();

        Fail();

        AssertRefuses();
    }

    [Fact]
    public void Threshold_Raised_KeepsTheCount()
    {
        Fail(2);
        Circuit.Settings = On with { FailureThreshold = 5 };
        Fail(2);
        AssertClosed();

        Fail();

        AssertRefuses();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60_000)]
    public void BreakDuration_ChangedWhileOpen_HoldsAtOnce(int milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        Open();
        Circuit.Settings = On with { BreakDuration = duration };
        Time.Advance(duration - Moment);
        AssertRefuses();
        Time.Advance(Moment);

        Fail();

        AssertRefuses();
        Time.Advance(duration);
        Succeed();
        AssertClosed();
    }

    [Fact]
    public void BreakDuration_ChangedWhileOff_HoldsWhenItIsOnAgain()
    {
        Open();
        Circuit.Settings = Off;
        Circuit.Settings = On with { BreakDuration = TimeSpan.FromSeconds(1) };
        AssertRefuses();
        Assert.Equal(TimeSpan.FromSeconds(1), Circuit.TimeToProbe);

        Time.Advance(TimeSpan.FromSeconds(1));

        Succeed();
        AssertClosed();
    }

    [Fact]
    public void BreakDuration_ShorterThanTheTimeThatItIsOpen_LetsTheProbeThrough()
    {
        Open();
        Time.Advance(TimeSpan.FromSeconds(5));

        Circuit.Settings = On with { BreakDuration = TimeSpan.FromSeconds(3) };

        var probe = Enter();
        AssertRefuses();
        End(probe, AttemptOutcome.Success);
        AssertClosed();
    }

    [Theory]
    [InlineData(10)]
    [InlineData(86_400_000)]
    public void BreakDuration_AtItsBounds_IsKept(int milliseconds)
    {
        var duration = TimeSpan.FromMilliseconds(milliseconds);
        Circuit.Settings = On with { BreakDuration = duration };
        Open();

        Time.Advance(duration - Moment);
        AssertRefuses();
        Time.Advance(Moment);

        Succeed();
        AssertClosed();
    }
}
