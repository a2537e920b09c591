using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class BusiestClientsTests
{
    private readonly TickClock _time = new();
    private readonly BucketClock _clock;
    private readonly ClientBuckets _clients = new();
    private readonly BucketRate _rate;
    private readonly BusiestClients _busiest;

    public BusiestClientsTests()
    {
        _clock = new BucketClock(_time);
        _rate = _time.PerSecond(1_000_000, 1_000_000);
        _busiest = new BusiestClients(_clients, _clock, _time.TimestampFrequency);
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
        Parallel.For(0, 64, client =>
        {
            Take(client, client < 5 ? 10_000 : 100);
        });

        var listed = _busiest.Busiest();
        Assert.Equal(BusiestClients.Listed, listed.Count);
        Assert.Equal(Enumerable.Range(0, 5).Select(Key).ToHashSet(), listed.Take(5).Select(client => client.Key).ToHashSet());
    }

    [Fact]
    public void Busiest_OfAClientThatWasForgotten_HasItNoMore()
    {
        Take(1, 30);
        Take(2, 20, maxClients: 1);

        Assert.Equal([(2, 20L)], Busiest());
        Take(1, 40, maxClients: 1);
        Assert.Equal([(1, 40L)], Busiest());
    }

    private static ClientKey Key(int client) => new((UInt128)(uint)client, IsHeader: true);

    private void Take(int client, int times = 1, int maxClients = 1000)
    {
        for (var i = 0; i < times; i++)
        {
            var window = _busiest.WindowAt(_clock.Now);
            _busiest.Took(Key(client), _clients.Take(Key(client), _rate, maxClients, _clock.Now, window), window);
        }
    }

    private IEnumerable<(int, long)> Busiest() => _busiest.Busiest().Select(client => ((int)client.Key.Value, client.Value));
}
