using Gateway.CircuitBreaking;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;
using Polly.CircuitBreaker;

namespace Gateway.Tests.CircuitBreaking;

public sealed class CircuitProbeTests : CircuitTestBase
{
    [Fact]
    public void Probe_BeforeTheBreakIsOver_IsNotLetThrough()
    {
        Open();
        Time.Advance(Break - Moment);
        AssertRefuses();
        Assert.Equal(Moment, Circuit.TimeToProbe);

        Time.Advance(Moment);

        Assert.Equal(TimeSpan.Zero, Circuit.TimeToProbe);
        Enter();
        Assert.Equal(CircuitState.HalfOpen, Circuit.State);
    }

    [Fact]
    public void Probe_UnderManyThreads_IsExactlyOne()
    {
        for (var round = 0; round < 100; round++)
        {
            Open();
            Time.Advance(Break);
            var entered = 0;
            long probe = 0;
            Threads.Run(Threads.Many, _ =>
            {
                for (var i = 0; i < 10; i++)
                {
                    if (!Circuit.TryEnter(out var ticket))
                        continue;
                    Interlocked.Increment(ref entered);
                    probe = ticket;
                }
            });

            Assert.Equal(1, entered);
            AssertRefuses();
            End(probe, AttemptOutcome.Success);
        }
        AssertClosed();
    }

    [Fact]
    public void Probe_ThatSucceeds_ClosesTheCircuitAndStartsTheCountAnew()
    {
        Open();
        Time.Advance(Break);

        Succeed();

        Fail(2);
        AssertClosed();
        Assert.Equal("Circuit of destination one of cluster api is CLOSED, its probe succeeded", Log.Lines.Last());
    }

    [Fact]
    public void Probe_ThatFails_OpensForAnotherWholeBreak()
    {
        Open();
        Time.Advance(Break + Break);

        var probe = Enter();
        Time.Advance(Break / 2);
        End(probe, AttemptOutcome.Failure);

        Time.Advance(Break - Moment);
        AssertRefuses();
        Time.Advance(Moment);
        Succeed();
        AssertClosed();
    }

    [Fact]
    public void Probe_WhoseClientLeft_HandsOverToTheNextRequestAtOnce()
    {
        Open();
        Time.Advance(Break);

        for (var i = 0; i < 20; i++)
        {
            Request(AttemptOutcome.None);
            Assert.Equal(TimeSpan.Zero, Circuit.TimeToProbe);
        }
        var probe = Enter();
        AssertRefuses();
        End(probe, AttemptOutcome.Success);

        AssertClosed();
    }

    [Fact]
    public void Probe_WhoseClientLeftUnderManyThreads_HasOneSuccessorAtATime()
    {
        Open();
        Time.Advance(Break);
        int inside = 0, most = 0;

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 500; i++)
            {
                if (!Circuit.TryEnter(out var ticket))
                    continue;
                if (Interlocked.Increment(ref inside) > 1)
                    most = 2;
                Interlocked.Decrement(ref inside);
                Circuit.Judge(ticket, AttemptOutcome.None);
                Circuit.Leave(ticket);
            }
        });

        Assert.Equal(0, most);
        Succeed();
        AssertClosed();
    }

    [Fact]
    public void Probe_ThatHangs_HoldsTheNextOneUpForOneBreakOnly()
    {
        Open();
        Time.Advance(Break);
        var hanging = Enter();
        Time.Advance(Break - Moment);
        AssertRefuses();
        Time.Advance(Moment);

        var next = Enter();
        AssertRefuses();
        End(next, AttemptOutcome.Success);
        AssertClosed();

        for (var i = 0; i < 5; i++)
            Circuit.Judge(hanging, AttemptOutcome.Failure);
        AssertClosed();
    }

    [Fact]
    public void Probe_ThatHungAndIsAbandoned_DoesNotEndItsSuccessor()
    {
        Open();
        Time.Advance(Break);
        var hanging = Enter();
        Time.Advance(Break);
        Enter();

        End(hanging, AttemptOutcome.None);

        AssertRefuses();
    }

    [Fact]
    public void Probe_ThatHungAndIsAnsweredFirst_Decides()
    {
        Open();
        Time.Advance(Break);
        var hanging = Enter();
        Time.Advance(Break);
        var next = Enter();

        End(hanging, AttemptOutcome.Failure);
        AssertRefuses();
        End(next, AttemptOutcome.Success);

        AssertRefuses();
        Assert.Equal(Break, Circuit.TimeToProbe);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Break_WhenTheWallClockIsSet_LastsAsLongAsItWould(int days)
    {
        var time = new TickClock();
        var circuit = new Circuit(new("api", "one"), time, Log) { Settings = new() { FailureThreshold = 1, BreakDuration = Break } };
        Assert.True(circuit.TryEnter(out var ticket));
        circuit.Judge(ticket, AttemptOutcome.Failure);

        time.WallClockSetBy = TimeSpan.FromDays(days);
        time.Advance(Break - Moment);
        Assert.False(circuit.TryEnter(out _));
        time.Advance(Moment);

        Assert.True(circuit.TryEnter(out var probe));
        circuit.Judge(probe, AttemptOutcome.Success);
        Assert.Equal(CircuitState.Closed, circuit.State);
    }

    [Fact]
    public void Circuit_OpenedAndClosedManyTimes_StaysExact()
    {
        for (var i = 0; i < 1000; i++)
        {
            Open();
            Time.Advance(Break - Moment);
            AssertRefuses();
            Time.Advance(Moment);
            Fail();
            Time.Advance(Break);
            Succeed();
        }
        AssertClosed();
    }
}
