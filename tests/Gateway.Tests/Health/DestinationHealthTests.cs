using Gateway.Health;
using Gateway.Tests.Support;

namespace Gateway.Tests.Health;

public sealed class DestinationHealthTests
{
    private static readonly TcpProbeSettings OneEach = new();
    private static readonly TcpProbeSettings ThreeEach = new() { HealthyThreshold = 3, UnhealthyThreshold = 3 };
    private readonly TickClock _time = new(1000);
    private readonly DestinationHealth _health;

    public DestinationHealthTests() => _health = new DestinationHealth(_time);

    [Theory]
    [InlineData("+", true)]
    [InlineData("-", false)]
    [InlineData("+--", true)]
    [InlineData("+---", false)]
    [InlineData("+--+--+--", true)]
    [InlineData("+-+---", false)]
    [InlineData("-++", false)]
    [InlineData("-+++", true)]
    [InlineData("-++-++", false)]
    [InlineData("+------+++", true)]
    public void Results_InARow_TurnItAtTheThreshold(string results, bool isUp)
    {
        foreach (var result in results)
            Report(result == '+' ? null : "timed out", ThreeEach);

        Assert.Equal((isUp, true), (_health.IsUp, _health.IsKnown));
    }

    [Fact]
    public void Report_ThatChangesNothing_SaysSo()
    {
        Assert.False(Report(null, OneEach));
        Assert.True(Report("timed out", OneEach));
        Assert.False(Report("connection refused", OneEach));
        Assert.True(Report(null, OneEach));
    }

    [Fact]
    public void Threshold_LoweredBelowTheCount_TurnsItAtTheNextResult()
    {
        Report(null, OneEach);
        for (var i = 0; i < 50; i++)
            Report("timed out", new() { UnhealthyThreshold = 1000 });
        Assert.True(_health.IsUp);

        Assert.True(Report("timed out", ThreeEach));
    }

    [Fact]
    public void Standing_TellsSinceWhen_ByBothClocks()
    {
        Assert.False(_health.IsKnown);
        At(10, null);
        At(20, null);
        Assert.Equal((10, _time.GetUtcNow() - TimeSpan.FromSeconds(10)), (_health.Standing.Since / 1000, _health.Standing.SinceTime));

        At(30, "timed out");
        At(40, "timed out");

        Assert.Equal((30, _time.GetUtcNow() - TimeSpan.FromSeconds(10)), (_health.Standing.Since / 1000, _health.Standing.SinceTime));
    }

    [Fact]
    public void LastFailure_IsKeptWithItsTime_WhenItIsUpAgain()
    {
        At(10, "connection refused");
        At(20, "timed out");
        var then = _time.GetUtcNow();
        At(30, null);

        Assert.Equal(new ProbeFailure("timed out", 20_000, then), _health.LastFailure);
    }

    [Fact]
    public void LastFailure_BelowTheThreshold_IsKeptToo()
    {
        At(10, null);
        Report("timed out", ThreeEach);

        Assert.True(_health.IsUp);
        Assert.Equal("timed out", _health.LastFailure?.Reason);
    }

    [Fact]
    public void Reset_ForgetsEverything()
    {
        Report("timed out", OneEach);

        Assert.True(_health.Reset());
        Assert.False(_health.Reset());

        Assert.Equal((true, false, null), (_health.IsUp, _health.IsKnown, _health.LastFailure));
        Assert.True(Report("timed out", ThreeEach));
    }

    [Fact]
    public void Report_OfAProbeThatWasCalledOff_ChangesNothing()
    {
        Assert.False(_health.Report("timed out", OneEach, new CancellationToken(canceled: true)));

        Assert.Equal((true, false, null), (_health.IsUp, _health.IsKnown, _health.LastFailure));
    }

    private bool Report(string? failure, TcpProbeSettings settings) => _health.Report(failure, settings, TestContext.Current.CancellationToken);

    private void At(long second, string? failure)
    {
        _time.Ticks = second * 1000;
        Report(failure, OneEach);
    }
}
