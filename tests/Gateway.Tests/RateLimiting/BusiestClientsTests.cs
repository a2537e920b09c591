using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class BusiestClientsTests
{
    private readonly TickClock _time = new();
    private readonly BucketClock _clock;
    private readonly BusiestClients _busiest;
    private readonly Dictionary<int, ClientBucket> _buckets = [];

    public BusiestClientsTests()
    {
        _clock = new BucketClock(_time);
        _busiest = new BusiestClients(_clock, _time.TimestampFrequency);
    }

    [Fact]
    public void Busiest_AreTheTenThatTookMost()
    {
        // In turns, as requests come, and the busiest last to come.
        for (var turn = 0; turn < 50; turn++)
        {
            for (var client = 0; client < 50; client++)
            {
                if (turn < client + 1)
                    Take(client);
            }
        }

        Assert.Equal(Enumerable.Range(40, 10).Reverse().Select(client => (client, client + 1L)), Busiest());
    }

    [Theory]
    [InlineData(12)]
    [InlineData(500)]
    public void ClientsOfOnePace_CostNothingOnceTheyAreKnown(int clients)
    {
        for (var client = 0; client < clients; client++)
            Take(client, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var turn = 0; turn < 1000; turn++)
        {
            for (var client = 0; client < clients; client++)
                Take(client);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void Busiest_InANewWindow_AreThoseOfTheLastUntilItHasMore()
    {
        Take(1, 30);
        Take(2, 20);
        _time.Advance(TimeSpan.FromSeconds(10));

        // The first request of a window is often one of the busiest client.
        Take(1, 5);

        Assert.Equal([(1, 30L), (2, 20L)], Busiest());
        Take(3, 60);
        Assert.Equal([(3, 60L), (1, 5L)], Busiest());
    }

    [Fact]
    public void Busiest_AfterAPause_AreNone()
    {
        Take(1, 30);

        _time.Advance(TimeSpan.FromSeconds(25));

        Assert.Empty(Busiest());
    }

    [Fact]
    public void Taking_FromManyThreads_ListsTenAndThoseWhoTookMost()
    {
        var buckets = Enumerable.Range(0, 64).Select(_ => NewBucket()).ToArray();

        Parallel.For(0, 64, client =>
        {
            for (var i = 0; i < (client < 5 ? 10_000 : 100); i++)
                _busiest.Took(Key(client), buckets[client], _clock.Now);
        });

        var listed = _busiest.Busiest();
        Assert.Equal(BusiestClients.Listed, listed.Count);
        Assert.Equal(Enumerable.Range(0, 5).Select(Key).ToHashSet(), listed.Take(5).Select(client => client.Key).ToHashSet());
    }

    private static ClientKey Key(int client) => new((UInt128)(uint)client, IsHeader: true);

    private ClientBucket NewBucket() => new(new BucketRate(1, 1, TimeSpan.FromSeconds(1), _time.TimestampFrequency), _clock);

    private void Take(int client, int times = 1)
    {
        if (!_buckets.TryGetValue(client, out var bucket))
            _buckets[client] = bucket = NewBucket();
        for (var i = 0; i < times; i++)
            _busiest.Took(Key(client), bucket, _clock.Now);
    }

    private IEnumerable<(int, long)> Busiest() => _busiest.Busiest().Select(client => ((int)client.Key.Value, client.Value));
}
