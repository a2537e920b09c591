using Gateway.Forwarding;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Forwarding;

public sealed class RetryBudgetTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RetryBudget _budget;

    public RetryBudgetTests() => _budget = new RetryBudget(_time) { Settings = new() { BudgetRatio = 0.2, MinRetriesPerSecond = 0 } };

    [Fact]
    public void Budget_OfNoRequests_IsTheMinimumOfTenSeconds()
    {
        _budget.Settings = new() { BudgetRatio = 0.2, MinRetriesPerSecond = 2 };

        Assert.Equal(20, Retries());
        _time.Advance(TimeSpan.FromSeconds(9.999));
        Assert.Equal(0, Retries());
        _time.Advance(TimeSpan.FromSeconds(0.001));
        Assert.Equal(20, Retries());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(4, 0)]
    [InlineData(5, 1)]
    [InlineData(1000, 200)]
    public void Budget_OfRequests_IsTheirShare(int requests, int retries)
    {
        Count(requests);

        Assert.Equal(retries, Retries());
    }

    [Fact]
    public void Budget_OfManyRequests_IsTheLargerOfShareAndMinimum()
    {
        _budget.Settings = new() { BudgetRatio = 0.2, MinRetriesPerSecond = 1 };
        Count(40);
        Assert.Equal(10, Retries());
        Count(60);
        Assert.Equal(10, Retries());
    }

    [Fact]
    public void Budget_AfterTenSeconds_ForgetsTheRequests()
    {
        Count(100);
        _time.Advance(TimeSpan.FromSeconds(5));
        Count(50);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(10, Retries());

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(0, Retries());
    }

    [Fact]
    public void Budget_AfterALongSilence_StartsAnew()
    {
        Count(100);
        Retries();

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(0, Retries());
        Count(10);
        Assert.Equal(2, Retries());
    }

    [Fact]
    public void Budget_WithOtherSettings_FollowsThemAtOnce()
    {
        Count(100);
        Assert.Equal(20, Retries());

        _budget.Settings = new() { BudgetRatio = 0.5, MinRetriesPerSecond = 0 };

        Assert.Equal(30, Retries());
    }

    [Fact]
    public void Budget_ByManyThreads_IsExact()
    {
        var retries = 0;
        Threads.Run(Threads.Many, _ => Count(1000));

        Threads.Run(Threads.Many, _ => Interlocked.Add(ref retries, Retries()));

        Assert.Equal(6400, retries);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Budget_OfAnyLoad_IsNeverExceeded(int seed)
    {
        var random = new Random(seed);
        var settings = new RetrySettings { BudgetRatio = random.NextDouble(), MinRetriesPerSecond = random.Next(4) };
        _budget.Settings = settings;
        var requests = new List<double>();
        var retries = new List<double>();
        for (var now = 0.0; now < 120;)
        {
            for (var i = random.Next(40); i > 0; i--)
            {
                Count(1);
                requests.Add(Math.Floor(now));
            }
            for (var i = random.Next(40); i > 0 && _budget.TryTakeRetry(); i--)
            {
                retries.Add(Math.Floor(now));
                // Counted by whole seconds, the one that runs and the nine before.
                var (asked, again) = (Recent(requests, now), Recent(retries, now));
                Assert.True(again <= Math.Max(settings.BudgetRatio * asked, settings.MinRetriesPerSecond * 10), $"{again} retries of {asked} requests at {now} s");
            }
            var step = random.Next(4) == 0 ? random.Next(15) : random.NextDouble() / 2;
            _time.Advance(TimeSpan.FromSeconds(step));
            now += step;
        }
        Assert.NotEmpty(retries);

        static int Recent(List<double> seconds, double now) => seconds.Count(second => second > Math.Floor(now) - 10);
    }

    private void Count(int requests)
    {
        for (var i = 0; i < requests; i++)
            _budget.CountRequest(_time.GetTimestamp());
    }

    private int Retries()
    {
        var taken = 0;
        while (_budget.TryTakeRetry())
            taken++;
        return taken;
    }
}
