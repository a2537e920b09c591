using System.Text;
using Gateway.Configuration;

namespace Gateway.Tests.Configuration;

public sealed class SaveObserverTests
{
    private static readonly ConfigurationText First = Says("{}");

    [Fact]
    public void Save_ThatRests_IsDoneAtTheSecondLook()
    {
        var observer = new SaveObserver(First);
        var save = Says("{ \"a\": 1 }");

        Assert.False(observer.IsDone(save, NotAgain));
        Assert.True(observer.IsDone(save, NotAgain));
        Assert.False(observer.Considered());
        Assert.False(observer.IsDone(save, NotAgain));
        Assert.False(observer.IsHurried);
    }

    [Fact]
    public void Saves_WithoutAPause_AreLookedAtFasterAndOneIsDoneAtLast()
    {
        var observer = new SaveObserver(First);
        var looks = 0;

        while (!Look())
            Assert.Equal(looks >= SaveObserver.Hurried, observer.IsHurried);

        // Half a second of looks 100 ms apart and half a second of looks 20 ms apart: within the two seconds that a save has.
        Assert.Equal(31, looks);
        observer.Considered();
        Assert.False(observer.IsHurried);

        bool Look()
        {
            var save = Says($"{{ \"a\": {++looks} }}");
            return observer.IsDone(save, () => save);
        }
    }

    [Fact]
    public void Save_ThatChangesWhileItIsRead_IsNotDoneHoweverLongOthersWait()
    {
        var observer = new SaveObserver(First);

        for (var look = 0; look < 10 * SaveObserver.Pressed; look++)
            Assert.False(observer.IsDone(Says($"{{ \"a\": {look} }}"), () => Says("{ \"a\": -1 }")));
    }

    [Fact]
    public void Saves_EachHalfWritten_AreNeverDone()
    {
        var observer = new SaveObserver(First);

        for (var look = 0; look < 10 * SaveObserver.Pressed; look++)
        {
            var half = Says($"{{ \"a\": {look}");
            Assert.False(observer.IsDone(half, () => half));
        }
    }

    [Fact]
    public void Half_ThatStays_IsDoneToBeToldOnlyAfterASecond()
    {
        var observer = new SaveObserver(First);
        var half = Says("{ \"a\": ");
        observer.IsDone(half, NotAgain);

        for (var look = 1; look < SaveObserver.SurelyDone; look++)
            Assert.False(observer.IsDone(half, NotAgain));

        Assert.True(observer.IsDone(half, NotAgain));
    }

    [Fact]
    public void Change_ThatIsTakenBack_WaitsForNothing()
    {
        var observer = new SaveObserver(First);
        observer.IsDone(First, NotAgain);
        observer.Considered();

        for (var look = 0; look < SaveObserver.Hurried; look++)
            observer.IsDone(Says($"{{ \"a\": {look} }}"), NotAgain);
        Assert.True(observer.IsHurried);
        observer.IsDone(First, NotAgain);

        Assert.False(observer.IsHurried);
    }

    [Fact]
    public void Reread_OfWhatIsKnown_IsDoneOnce()
    {
        var observer = new SaveObserver(First);
        observer.IsDone(First, NotAgain);
        observer.Considered();

        observer.Reread();

        Assert.True(observer.IsDone(First, NotAgain));
        Assert.True(observer.Considered());
        Assert.False(observer.IsDone(First, NotAgain));
    }

    [Fact]
    public void Reread_OfWhatJustChanged_LooksAgainSoon()
    {
        var observer = new SaveObserver(First);
        observer.IsDone(First, NotAgain);
        observer.Considered();
        var save = Says("{ \"a\": 1 }");

        observer.Reread();

        Assert.False(observer.IsDone(save, NotAgain));
        Assert.True(observer.IsHurried);
        Assert.True(observer.IsDone(save, NotAgain));
        Assert.True(observer.Considered());
    }

    private static ConfigurationText Says(string text) => new(Encoding.UTF8.GetBytes(text), null);

    private static ConfigurationText NotAgain() => throw new InvalidOperationException("Two looks that agree need no third.");
}
