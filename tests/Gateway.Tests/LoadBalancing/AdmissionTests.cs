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
