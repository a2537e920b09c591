using Gateway.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.LoadBalancing;

public sealed class AdmissionTests
{
    private readonly FakeTurnstile _first = new();
    private readonly FakeTurnstile _second = new();
    private Admission _admission;

    public AdmissionTests() => _admission = new Admission(new Candidate(new DestinationState("one"), [_first, _second], Weight: 1));

    [Fact]
    public void Enter_WithAllOpen_EntersAll()
    {
        Assert.True(_admission.TryEnter());

        Assert.Equal((1, 1), (_first.Inside, _second.Inside));
    }

    [Fact]
    public void Enter_RefusedHalfway_GivesBackWhatItHad()
    {
        _second.Permits = 0;

        Assert.False(_admission.TryEnter());

        Assert.Equal(0, _first.Inside);
        Assert.Equal([(1, "None"), (1, "Leave")], _first.Told);
        Assert.Empty(_second.Told);
    }

    [Fact]
    public void Stream_WithOneFree_TakesItAndGivesBackWhatIsForOthers()
    {
        var stream = new FakeTurnstile();
        var admission = OverStream(stream);
        admission.TryEnter();
        admission.Judge(AttemptOutcome.Success);

        Assert.True(admission.TryBecomeStream());

        Assert.Equal((1, 0, 1), (_first.Inside, _second.Inside, stream.Inside));
        Assert.True(admission.TryBecomeStream());
        admission.Leave();
        admission.Leave();
        Assert.Equal((0, 0, 0), (_first.Inside, _second.Inside, stream.Inside));
        Assert.Equal([(1, "Success"), (1, "Leave")], _second.Told);
        Assert.Equal([(1, "Leave")], stream.Told);
    }

    [Fact]
    public void Stream_WithNoneFree_KeepsWhatItHas()
    {
        var stream = new FakeTurnstile { Permits = 0 };
        var admission = OverStream(stream);
        admission.TryEnter();
        admission.Judge(AttemptOutcome.Success);

        Assert.False(admission.TryBecomeStream());

        Assert.Equal((1, 1, 0), (_first.Inside, _second.Inside, stream.Inside));
        admission.Leave();
        Assert.Equal((0, 0, 0), (_first.Inside, _second.Inside, stream.Inside));
    }

    [Fact]
    public void Stream_OfAnAttemptThatIsOver_TakesNothing()
    {
        var stream = new FakeTurnstile();
        var admission = OverStream(stream);
        admission.TryEnter();
        admission.Leave();

        Assert.False(admission.TryBecomeStream());

        Assert.Equal((0, 0, 0), (_first.Inside, _second.Inside, stream.Inside));
    }

    [Fact]
    public void Enter_OfAStream_TakesNoneOfWhatIsForOthers()
    {
        var stream = new FakeTurnstile();
        var admission = OverStream(stream, isStream: true);

        Assert.True(admission.TryEnter());

        Assert.Equal((1, 0, 1), (_first.Inside, _second.Inside, stream.Inside));
        admission.Leave();
        Assert.Equal((0, 0, 0), (_first.Inside, _second.Inside, stream.Inside));
    }

    private Admission OverStream(FakeTurnstile stream, bool isStream = false) =>
        new(new Candidate(new DestinationState("one"), [_first, _second], Weight: 1) { StreamTurnstiles = [_first, stream] }, isStream);

    [Fact]
    public void Judge_Twice_CountsOnce()
    {
        _admission.TryEnter();

        _admission.Judge(AttemptOutcome.Success);
        _admission.Judge(AttemptOutcome.Failure);

        Assert.Equal([(1, "Success")], _first.Told);
        Assert.Equal([(1, "Success")], _second.Told);
    }

    [Fact]
    public void Leave_Unjudged_SaysNothingOfTheDestination()
    {
        _admission.TryEnter();

        _admission.Leave();

        Assert.Equal([(1, "None"), (1, "Leave")], _first.Told);
    }

    [Fact]
    public void Leave_Twice_GivesBackOnce()
    {
        _admission.TryEnter();
        _admission.Judge(AttemptOutcome.Failure);

        _admission.Leave();
        _admission.Leave();

        Assert.Equal((0, 0), (_first.Inside, _second.Inside));
        Assert.Equal([(1, "Failure"), (1, "Leave")], _second.Told);
    }
}
