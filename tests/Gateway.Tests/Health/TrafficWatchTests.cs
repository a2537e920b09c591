using Gateway.Health;
using Gateway.LoadBalancing;
using Gateway.Tests.Support;

namespace Gateway.Tests.Health;

public sealed class TrafficWatchTests
{
    private static readonly TcpProbeSettings OneEach = new();
    private readonly TickClock _time = new();
    private readonly RecordingLogger<ProbedHealth> _log = new();
    private readonly DestinationHealth _health;
    private readonly TrafficWatch _watch;

    public TrafficWatchTests()
    {
        _health = new DestinationHealth(_time);
        _watch = new TrafficWatch(new("api", "one"), _health, _time, _log);
    }

    [Fact]
    public void Failures_ForAWhile_OfADestinationThatIsUp_AreToldAndCountedOnce()
    {
        Up();

        for (var i = 0; i < 40; i++)
            Fail(afterSeconds: 1);

        Assert.Equal("Destination one of cluster api is UP to its probes, but its last 11 requests over 10 s all failed: "
            + "probes find that it accepts connections, and ask for no more", Assert.Single(_log.Lines));
        Assert.Equal((1, 0), (_watch.Failing, _watch.Succeeding));
    }

    [Fact]
    public void Successes_ForAWhile_OfADestinationThatIsDown_AreToldAndCountedOnce()
    {
        Down("timed out");

        for (var i = 0; i < 20; i++)
        {
            Succeed(afterSeconds: 2);
            Fail(afterSeconds: 0.5);
        }

        Assert.Equal("Destination one of cluster api is DOWN to its probes (timed out), but 5 requests to it succeeded over 10 s", Assert.Single(_log.Lines));
        Assert.Equal((0, 1), (_watch.Failing, _watch.Succeeding));
    }

    [Theory]
    [InlineData(1000, 9.999)]
    [InlineData(4, 3600)]
    public void Failures_TooFewOrTooBrief_AreNotTold(int count, double seconds)
    {
        Up();
        for (var i = 0; i < count; i++)
            Fail(afterSeconds: i == 0 ? 0 : seconds / (count - 1));

        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(1000, 9.999)]
    [InlineData(4, 3600)]
    public void Successes_TooFewOrTooBrief_AreNotTold(int count, double seconds)
    {
        Down("timed out");
        for (var i = 0; i < count; i++)
            Succeed(afterSeconds: i == 0 ? 0 : seconds / (count - 1));

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Success_AmongFailures_BeginsAnew()
    {
        Up();
        for (var i = 0; i < 40; i++)
        {
            Fail(afterSeconds: 9);
            Succeed(afterSeconds: 0);
        }

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Episode_AfterASuccess_IsToldAgain()
    {
        Up();
        for (var i = 0; i < 10; i++)
            Fail(afterSeconds: 5);
        Succeed(afterSeconds: 1);
        for (var i = 0; i < 10; i++)
            Fail(afterSeconds: 5);

        Assert.Equal((2, 2), (_log.Lines.Count, _watch.Failing));
    }

    [Fact]
    public void UpAndDown_InBetween_BeginsAnew()
    {
        for (var i = 0; i < 10; i++)
        {
            Up();
            for (var j = 0; j < 4; j++)
                Fail(afterSeconds: 3);
            Down("timed out");
        }

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Row_OfOneKind_IsNoneOfTheOther()
    {
        Down("timed out");
        for (var i = 0; i < 4; i++)
            Succeed(afterSeconds: 5);
        Up();
        Fail(afterSeconds: 5);

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Outcomes_ThatAgreeOrSayNothing_AreNotTold()
    {
        for (var i = 0; i < 10; i++)
            Fail(afterSeconds: 5);
        Up();
        for (var i = 0; i < 10; i++)
        {
            Succeed(afterSeconds: 5);
            Judge(AttemptOutcome.None, afterSeconds: 5);
        }
        Down("timed out");
        for (var i = 0; i < 10; i++)
        {
            Fail(afterSeconds: 5);
            Judge(AttemptOutcome.None, afterSeconds: 5);
        }

        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Threads_ThatFailTogether_TellOnce()
    {
        Up();
        Fail(afterSeconds: 0);
        _time.Advance(TrafficWatch.AWhile);

        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 1000; i++)
                _watch.Judge(0, AttemptOutcome.Failure);
        });

        Assert.Single(_log.Lines);
        Assert.Equal(1, _watch.Failing);
    }

    [Fact]
    public void Turnstile_IsAlwaysOpen_AndCostsNothing()
    {
        Up();

        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 10_000; i++)
                Pass();
        }));
    }

    private void Pass()
    {
        Assert.True(_watch.IsOpen);
        Assert.True(_watch.TryEnter(out var ticket));
        _watch.Judge(ticket, AttemptOutcome.Failure);
        _watch.Judge(ticket, AttemptOutcome.Success);
        _watch.Leave(ticket);
    }

    private void Up() => _health.Report(null, OneEach, TestContext.Current.CancellationToken);

    private void Down(string why) => _health.Report(why, OneEach, TestContext.Current.CancellationToken);

    private void Fail(double afterSeconds) => Judge(AttemptOutcome.Failure, afterSeconds);

    private void Succeed(double afterSeconds) => Judge(AttemptOutcome.Success, afterSeconds);

    private void Judge(AttemptOutcome outcome, double afterSeconds)
    {
        _time.Advance(TimeSpan.FromSeconds(afterSeconds));
        Assert.True(_watch.TryEnter(out var ticket));
        _watch.Judge(ticket, outcome);
        _watch.Leave(ticket);
    }
}
