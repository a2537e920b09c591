using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Polly.CircuitBreaker;

namespace Gateway.Tests.CircuitBreaking;

public sealed class CircuitOpeningTests : CircuitTestBase
{
    [Fact]
    public void Circuit_New_LetsEveryRequestThrough() => AssertClosed();

    [Fact]
    public void Circuit_AtTheThreshold_Opens()
    {
        Fail(2);
        AssertClosed();

        Fail();

        AssertRefuses();
        Assert.Equal(CircuitState.Open, Circuit.State);
    }

    [Fact]
    public void Circuit_OfFailuresThatAreDaysApart_OpensAllTheSame()
    {
        Fail(2);
        Time.Advance(TimeSpan.FromDays(30));

        Fail();

        AssertRefuses();
    }

    [Fact]
    public void Circuit_OfASuccessBetweenFailures_CountsAnew()
    {
        for (var i = 0; i < 50; i++)
        {
            Fail(2);
            Succeed();
        }
        AssertClosed();
        Open();
    }

    [Fact]
    public void Circuit_OfAClientThatLeft_CountsItNeitherWay()
    {
        Fail(2);
        for (var i = 0; i < 50; i++)
            Request(AttemptOutcome.None);
        AssertClosed();

        Fail();

        AssertRefuses();
    }

    [Fact]
    public void Circuit_OfThresholdOne_OpensAtTheFirstFailure()
    {
        Circuit.Settings = new() { FailureThreshold = 1, BreakDuration = Break };

        Fail();

        AssertRefuses();
        Time.Advance(Break);
        Succeed();
        AssertClosed();
        Fail();
        AssertRefuses();
    }

    [Fact]
    public void Circuit_OfFailuresOnManyThreads_OpensOnce()
    {
        Circuit.Settings = new() { FailureThreshold = 1000, BreakDuration = Break };

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (Circuit.TryEnter(out var ticket))
                    Circuit.Judge(ticket, AttemptOutcome.Failure);
            }
        });

        AssertRefuses();
        Assert.Single(Log.Lines);
    }

    [Fact]
    public void Circuit_OneFailureShortOnManyThreads_StaysClosed()
    {
        Circuit.Settings = new() { FailureThreshold = 3201, BreakDuration = Break };

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 100; i++)
                Fail();
        });

        AssertClosed();
        Fail();
        AssertRefuses();
    }

    [Fact]
    public void Outcome_OfRequestsFromBeforeTheOpening_ChangesNothing()
    {
        var (late1, late2, late3) = (Enter(), Enter(), Enter());
        Open();

        End(late1, AttemptOutcome.Success);
        AssertRefuses();
        Time.Advance(Break);
        End(late2, AttemptOutcome.Failure);
        Assert.Equal(TimeSpan.Zero, Circuit.TimeToProbe);

        var probe = Enter();
        End(late3, AttemptOutcome.Success);
        AssertRefuses();
        End(probe, AttemptOutcome.Success);
        AssertClosed();
    }

    [Fact]
    public void Outcome_OfRequestsFromBeforeTheOpening_DoesNotCountAfterTheClosing()
    {
        var late = Enumerable.Range(0, 10).Select(_ => Enter()).ToList();
        Open();
        Time.Advance(Break);
        Succeed();

        late.ForEach(ticket => End(ticket, AttemptOutcome.Failure));

        AssertClosed();
    }

    [Fact]
    public void Opening_IsToldOnce()
    {
        Open();

        Assert.Equal("Circuit of destination one of cluster api is OPEN after 3 failures in a row; a probe goes through in 00:00:10", Assert.Single(Log.Lines));
    }
}
