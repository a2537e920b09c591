using Gateway.LoadBalancing;
using Gateway.Pooling;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Pooling;

public sealed class WaitingLineTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private readonly FakeTimeProvider _time = new();
    private readonly WaitingLine _line;

    public WaitingLineTests() => _line = new WaitingLine(_time) { Settings = new() { QueueLimit = 3, QueueTimeout = Longest } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Join_ByDefault_IsRefused() => Assert.Null(new WaitingLine(_time).Join());

    [Fact]
    public void Join_WithNoTimeToWait_IsRefused()
    {
        _line.Settings = new() { QueueLimit = 3, QueueTimeout = TimeSpan.Zero };

        Assert.Null(_line.Join());
        Assert.False(_line.IsTrying);
    }

    [Fact]
    public void Join_OfAFullLine_IsRefusedUntilSomebodyLeaves()
    {
        var places = Enumerable.Range(0, 3).Select(_ => _line.Join()!).ToList();
        Assert.Null(_line.Join());

        places[1].Dispose();

        using var place = _line.Join();
        Assert.NotNull(place);
        Assert.Null(_line.Join());
        places.ForEach(each => each.Dispose());
    }

    [Fact]
    public async Task Join_WhileTheFirstWasCalled_TakesItsPlace()
    {
        using var first = await JoinInVain();
        var others = Enumerable.Range(0, 2).Select(_ => _line.Join()!).ToList();
        Assert.Null(_line.Join());

        // A permit came back: the first is on its way out of the line, and has not left yet.
        _line.Signal();
        using var next = _line.Join();

        Assert.NotNull(next);
        Assert.Null(_line.Join());
        others.ForEach(static each => each.Dispose());
    }

    [Fact]
    public async Task Wait_OfTheFirstInLine_TriesOnceAtOnce()
    {
        using var place = _line.Join()!;

        Assert.True(await place.WaitAsync(Token));
        Assert.False(IsDone(place.WaitAsync(Token)));
    }

    [Fact]
    public async Task Join_BehindSomebodyWhoTriedInVain_HasATryOfItsOwn()
    {
        using var bound = await JoinInVain();
        // A permit came back that the first could not use, before the second stood there to hear of it.
        _line.Signal();
        Assert.True(await bound.WaitAsync(Token));
        bound.PassOn();

        using var second = _line.Join()!;

        Assert.True(IsDone(second.WaitAsync(Token)));
    }

    [Fact]
    public async Task Join_BehindSomebodyWhoTries_WaitsForTheTryToComeDown()
    {
        using var first = _line.Join()!;
        using var second = _line.Join()!;
        var secondTry = second.WaitAsync(Token).AsTask();
        Assert.True(await first.WaitAsync(Token));
        Assert.False(secondTry.IsCompleted);

        first.PassOn();

        Assert.True(await secondTry);
    }

    [Fact]
    public async Task IsTrying_FromTheSignalToTheEndOfTheTry_HoldsLatecomersBack()
    {
        using var first = await JoinInVain();
        Assert.False(_line.IsTrying);

        _line.Signal();
        Assert.True(_line.IsTrying);
        await first.WaitAsync(Token);
        Assert.True(_line.IsTrying);
        first.PassOn();

        Assert.False(_line.IsTrying);
    }

    [Fact]
    public async Task Signal_WithSeveralInLine_LetsTheFirstTry()
    {
        using var first = await JoinInVain();
        using var second = await JoinInVain();
        var (firstTry, secondTry) = (first.WaitAsync(Token).AsTask(), second.WaitAsync(Token).AsTask());

        _line.Signal();

        Assert.True(await firstTry);
        Assert.False(secondTry.IsCompleted);
    }

    [Fact]
    public async Task Place_Disposed_PassesTheTryOnInOrder()
    {
        var places = new List<IPlaceInLine> { await JoinInVain(), await JoinInVain(), await JoinInVain() };
        var tries = places.Select(place => place.WaitAsync(Token).AsTask()).ToList();

        _line.Signal();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await tries[i]);
            Assert.All(tries[(i + 1)..], later => Assert.False(later.IsCompleted));
            places[i].Dispose();
        }

        Assert.False(_line.IsTrying);
    }

    [Fact]
    public async Task Place_DisposedInTheMiddle_LeavesTheOrderOfTheOthers()
    {
        using var first = await JoinInVain();
        var middle = await JoinInVain();
        using var last = await JoinInVain();
        var lastTry = last.WaitAsync(Token).AsTask();
        _line.Signal();

        middle.Dispose();
        middle.Dispose();
        Assert.False(lastTry.IsCompleted);
        first.Dispose();

        Assert.True(await lastTry);
    }

    [Fact]
    public async Task Wait_LongerThanItMay_SaysNo()
    {
        using var place = await JoinInVain();
        var waiting = place.WaitAsync(Token).AsTask();

        _time.Advance(Longest - TimeSpan.FromTicks(1));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.False(await waiting);
    }

    [Fact]
    public async Task Wait_InSeveralTries_CountsFromTheJoining()
    {
        using var place = await JoinInVain();
        _time.Advance(Longest / 2);
        _line.Signal();
        Assert.True(await place.WaitAsync(Token));
        var again = place.WaitAsync(Token).AsTask();

        _time.Advance(Longest / 2);

        Assert.False(await again);
    }

    [Fact]
    public async Task Wait_OfAClientThatLeaves_Throws()
    {
        using var client = new CancellationTokenSource();
        using var place = await JoinInVain();
        var waiting = place.WaitAsync(client.Token).AsTask();

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Place_OfAClientThatLeftWithTheTryInItsHand_PassesItOn()
    {
        using var client = new CancellationTokenSource();
        var first = await JoinInVain();
        using var second = await JoinInVain();
        var secondTry = second.WaitAsync(Token).AsTask();
        _line.Signal();
        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(client.Token).AsTask());
        first.Dispose();

        Assert.True(await secondTry);
    }

    [Fact]
    public async Task Signal_SeveralTimes_IsOneTry()
    {
        using var place = await JoinInVain();
        _line.Signal();
        _line.Signal();

        Assert.True(await place.WaitAsync(Token));
        Assert.False(IsDone(place.WaitAsync(Token)));
    }

    [Fact]
    public void Settings_ChangedLive_HoldForWhoComesNext()
    {
        var places = Enumerable.Range(0, 3).Select(_ => _line.Join()!).ToList();

        _line.Settings = new() { QueueLimit = 4, QueueTimeout = Longest };
        places.Add(_line.Join()!);
        Assert.Null(_line.Join());
        _line.Settings = new() { QueueLimit = 1, QueueTimeout = Longest };
        places[0].Dispose();
        Assert.Null(_line.Join());

        Assert.DoesNotContain(null, places);
        places.ForEach(place => place.Dispose());
    }

    // Who joins has one try, for the permit that may have come back just before.
    private async Task<IPlaceInLine> JoinInVain()
    {
        var place = _line.Join()!;
        Assert.True(await place.WaitAsync(Token));
        place.PassOn();
        return place;
    }

    private static bool IsDone(ValueTask<bool> waiting) => waiting.IsCompleted;
}
