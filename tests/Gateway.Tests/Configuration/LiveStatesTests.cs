using Gateway.Configuration;
using Gateway.Tests.Support;

namespace Gateway.Tests.Configuration;

/// <summary>How long the state of a destination lives.</summary>
public sealed class LiveStatesTests
{
    private static readonly DestinationId One = new("api", "one");
    private static readonly Snapshot With = House.OfCluster("api", "", "one", "two");
    private static readonly Snapshot Without = House.OfCluster("api", "", "two");
    private readonly LiveStates<State> _states = new(static _ => new State(), static state => state.IsHeld);

    private sealed class State
    {
        public bool IsHeld { get; set; }
    }

    [Fact]
    public void State_HeldOverItsRemoval_IsThereAgain()
    {
        var state = Begin();
        state.IsHeld = true;

        Save(Without);
        Assert.DoesNotContain(One, _states.All.Select(each => each.Key));
        Assert.Same(state, _states.Get(One));
        Save(Without);
        Save(With);

        Assert.Same(state, _states.Find(One));
        Assert.Empty(_states.Gone);
    }

    [Fact]
    public void State_NotHeldAtItsRemoval_BeginsAnew()
    {
        var state = Begin();

        Save(Without);
        Assert.Empty(_states.Gone);
        Save(With);

        Assert.NotSame(state, _states.Find(One));
    }

    [Fact]
    public void State_LetGoBeforeItsReturn_BeginsAnew()
    {
        var state = Begin();
        state.IsHeld = true;
        Save(Without);

        state.IsHeld = false;
        Save(With);

        Assert.NotSame(state, _states.Find(One));
    }

    [Fact]
    public void State_LetGo_IsForgottenByTheNextSave()
    {
        Begin().IsHeld = true;
        Save(Without);
        _states.Get(One).IsHeld = false;

        Save(Without);

        Assert.Empty(_states.Gone);
    }

    [Fact]
    public void State_ThatARequestMeetsAfterItsRemoval_IsNoneOfTheConfigured()
    {
        Begin();
        Save(Without);

        var late = _states.Get(One);

        Assert.Same(late, _states.Get(One));
        Assert.DoesNotContain(One, _states.All.Select(each => each.Key));
        Save(Without);
        Assert.Empty(_states.Gone);
    }

    private State Begin()
    {
        Save(With);
        return _states.Get(One);
    }

    private void Save(Snapshot snapshot)
    {
        _states.Follow(snapshot, static (_, _) => { });
        _states.Settle(snapshot);
    }
}
