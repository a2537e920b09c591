using Gateway.Management.Events;

namespace Gateway.Tests.Management;

public sealed class EventListenersTests
{
    private readonly EventListeners _listeners = new();

    [Fact]
    public void Listeners_AreSixteenAtMost()
    {
        var all = Enumerable.Range(0, 16).Select(_ => _listeners.Join(Fail)!).ToList();

        Assert.Null(_listeners.Join(Fail));
        _listeners.Leave(all[3]);
        Assert.NotNull(_listeners.Join(Fail));
    }

    [Fact]
    public void Message_ReachesAllAsTheSameBytes()
    {
        var (one, two) = (_listeners.Join(Fail)!, _listeners.Join(Fail)!);
        byte[] message = [1, 2, 3];

        _listeners.Tell(message);

        Assert.True(one.Events.TryRead(out var first));
        Assert.True(two.Events.TryRead(out var second));
        Assert.Same(message, first);
        Assert.Same(message, second);
    }

    [Fact]
    public async Task ListenerWhoTakesNothing_IsDroppedOnceAndHoldsNobodyUp()
    {
        var dropped = 0;
        var slow = _listeners.Join(() => dropped++)!;
        var quick = _listeners.Join(Fail)!;

        for (var i = 0; i < 30; i++)
        {
            _listeners.Tell([(byte)i]);
            Assert.True(quick.Events.TryRead(out _));
        }

        Assert.Equal(1, dropped);
        Assert.Equal(10, slow.Events.Count);
        for (var i = 0; i < 10; i++)
            Assert.True(slow.Events.TryRead(out _));
        Assert.False(await slow.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task End_LetsTheLastMessageThroughAndNobodyInAgain()
    {
        var listener = _listeners.Join(Fail)!;
        _listeners.Tell([1]);

        _listeners.End();

        Assert.True(await listener.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
        Assert.True(listener.Events.TryRead(out _));
        Assert.False(await listener.Events.WaitToReadAsync(TestContext.Current.CancellationToken));
        Assert.Null(_listeners.Join(Fail));
        _listeners.Tell([2]);
    }

    private static void Fail() => Assert.Fail("A listener was dropped that is quick enough.");
}
