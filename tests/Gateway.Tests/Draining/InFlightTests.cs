using Gateway.Draining;
using Gateway.Telemetry;
using Gateway.Tests.Support;

namespace Gateway.Tests.Draining;

public sealed class InFlightTests : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly InFlight _inFlight;

    public InFlightTests() => _inFlight = new InFlight(_meters);

    public void Dispose() => _meters.Dispose();

    [Fact]
    public void Requests_ThatComeAndGo_AreCountedAndListed()
    {
        var exchanges = Enumerable.Range(0, 10).Select(i => New(started: 10 - i)).ToList();
        exchanges.ForEach(_inFlight.Started);
        Assert.Equal(10, _inFlight.Count);

        foreach (var i in (int[])[0, 9, 4, 5])
            _inFlight.Ended(exchanges[i]);

        Assert.Equal(6, _inFlight.Count);
        Assert.Equal([2, 3, 4, 7, 8, 9], _inFlight.List().Select(exchange => exchange.Started));
        Assert.Equal([2, 3, 4], _inFlight.Oldest(3).Select(exchange => exchange.Started));
        Assert.Equal(6, _inFlight.Oldest(7).Count);
        Assert.Empty(_inFlight.Oldest(0));
        Assert.Contains("gateway_requests_in_flight{} 6", _meters.Observe());
    }

    [Theory]
    [InlineData(1, false, false, 1)]
    [InlineData(3, false, false, 1)]
    [InlineData(0, false, false, 0)]
    [InlineData(1, true, false, 0)]
    [InlineData(1, false, true, 0)]
    public void Served_CountsWhatWasForwardedAndAnswered(int attempts, bool refused, bool aborted, int served)
    {
        var exchange = New();
        _inFlight.Started(exchange);
        (exchange.Attempts, exchange.Aborted) = (attempts, aborted);
        exchange.Refusal = refused ? Gateway.Refusals.RequestRefusal.Unexpected : null;

        _inFlight.Ended(exchange);

        Assert.Equal(served, _inFlight.Served);
    }

    [Fact]
    public void Requests_OnManyThreads_AreAllGoneInTheEnd()
    {
        Threads.Run(Threads.Many, _ =>
        {
            for (var i = 0; i < 500; i++)
            {
                var (one, other) = (New(), New());
                _inFlight.Started(one);
                _inFlight.Started(other);
                (one.Attempts, other.Attempts) = (1, 1);
                _inFlight.Ended(i % 2 == 0 ? one : other);
                _inFlight.Ended(i % 2 == 0 ? other : one);
            }
        });

        Assert.Equal((0, 32_000), (_inFlight.Count, _inFlight.Served));
        Assert.Empty(_inFlight.List());
    }

    [Fact]
    public void Ended_WhileItDrains_IsTold()
    {
        var told = new List<Exchange>();
        _inFlight.OnEnded = told.Add;
        var exchange = New();
        _inFlight.Started(exchange);

        _inFlight.Ended(exchange);

        Assert.Equal([exchange], told);
    }

    private static Exchange New(long started = 0) => new Microsoft.AspNetCore.Http.DefaultHttpContext().WithExchange(started).Exchange();
}
