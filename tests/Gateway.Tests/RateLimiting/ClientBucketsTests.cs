using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class ClientBucketsTests
{
    private readonly TickClock _time = new();
    private readonly ClientBuckets _clients = new();
    private readonly BucketRate _rate;

    public ClientBucketsTests() => _rate = _time.Rate(2, 1, TimeSpan.FromDays(1));

    [Fact]
    public void Take_OfAClientKnown_IsFromTheSameBucket()
    {
        Assert.Equal([1, 0], [Take(1), Take(1)]);
        Assert.Equal(1, Take(2));
        Assert.False(_clients.Take(Key(1), _rate, 1000, _time.Ticks, 0).IsTaken);
        Assert.Equal(2, _clients.Count);
    }

    [Fact]
    public void Take_BeyondMaxClients_ForgetsTheIdlestEachTime()
    {
        for (var id = 0; id < 100; id++)
            Use(id, max: 100);
        // In reverse from here on: 99 is the idlest.
        for (var id = 99; id >= 0; id--)
            Use(id, max: 100);

        for (var round = 0; round < 60; round++)
        {
            Use(1000 + round, max: 100);
            Assert.Equal(100, _clients.Count);
        }

        var kept = Enumerable.Range(0, 100).Where(id => Knows(id, max: 100)).ToList();
        Assert.Equal(Enumerable.Range(0, 40), kept);
    }

    [Fact]
    public void Take_OfAClientThatCameBackJustBeforeItsTurn_IsNotForgotten()
    {
        for (var id = 0; id < 16; id++)
            Use(id, max: 16);
        // 0 is the idlest and goes; 1 comes back before it is its turn.
        Use(100, max: 16);
        Use(1, max: 16);
        Use(101, max: 16);

        Assert.True(Knows(1, max: 16));
        Assert.False(Knows(2, max: 17));
    }

    [Fact]
    public void Take_OfAClientForgotten_GivesAFullBucket()
    {
        Use(1, max: 1);
        Use(2, max: 1);

        Assert.Equal(1, Take(1, max: 1));
        Assert.Equal(1, _clients.Count);
    }

    [Fact]
    public void Take_WithOtherNumbers_KeepsTheLevelCutToTheNewLimit()
    {
        Use(1);
        var wider = _time.Rate(20, 1, TimeSpan.FromDays(1));

        // Of the one token that client 1 has left, and of a full bucket.
        Assert.Equal(0, Take(1, rate: wider), tolerance: 1e-6);
        Assert.Equal(19, Take(2, rate: wider));
        Assert.Equal(1, Take(2));
    }

    [Fact]
    public void Take_WithNumbersOfBefore_KeepsTheLevel()
    {
        Use(1);

        Assert.Equal(0, Take(1, rate: _time.Rate(2, 1, TimeSpan.FromDays(1))));
        Assert.False(_clients.Take(Key(1), _rate, 1000, _time.Ticks, 0).IsTaken);
    }

    [Fact]
    public void Take_OfANewClientWhereThereIsNoRoom_AllocatesNothing()
    {
        const int clients = 20_000;
        for (var id = 0; id < clients; id++)
            Use(id, max: clients);
        var next = clients;

        // As many as would pay for a look over all of them: what it costs does not grow with their number.
        var allocated = Allocations.Of(() =>
        {
            for (var i = 0; i < clients / 4; i++)
                Use(next++, max: clients);
        });

        Assert.InRange(allocated, 0, 64 * 1024);
        Assert.Equal(clients, _clients.Count);
    }

    [Fact]
    public void Take_OfAClientKnown_AllocatesNothing()
    {
        Use(1);

        Assert.Equal(0, Allocations.Of(() => _clients.Take(Key(1), _rate, 1000, _time.Ticks, 0)));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(131_100)]
    [InlineData(300_000)]
    public void Client_TakesAtMost150Bytes(int clients)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var id = 0; id < clients; id++)
            Take(id, max: clients);

        // All that was ever allocated, what was given back on the way included.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / clients, 64, 150);
    }

    [Fact]
    public void Clients_OfAnyNumber_AreEachFoundAgain()
    {
        for (var id = 0; id < 50_000; id++)
            Take(id, max: 50_000);

        Assert.All(Enumerable.Range(0, 50_000), id => Assert.Equal(0, Take(id, max: 50_000)));
        Assert.Equal(50_000, _clients.Count);
    }

    [Fact]
    public void Clients_OfWhichMostWereForgotten_GiveTheirRoomBackAndTheRestAreFound()
    {
        for (var id = 0; id < 50_000; id++)
            Use(id, max: 50_000);

        _clients.Trim(1000);

        Assert.Equal(Enumerable.Range(49_000, 1000), Enumerable.Range(48_000, 2000).Where(id => Knows(id, max: 50_000)));
        for (var id = 60_000; id < 70_000; id++)
            Use(id, max: 1000);
        Assert.Equal(1000, _clients.Count);
        Assert.Equal(Enumerable.Range(69_000, 1000), Enumerable.Range(69_000, 1000).Where(id => Knows(id)));
    }

    [Fact]
    public void Trim_ToFewer_KeepsThoseLastSeen()
    {
        for (var id = 0; id < 50; id++)
            Use(id);

        _clients.Trim(10);

        Assert.Equal(10, _clients.Count);
        Assert.Equal(Enumerable.Range(40, 10), Enumerable.Range(0, 50).Where(id => Knows(id)));
    }

    [Fact]
    public void Trim_ToNone_ForgetsAll()
    {
        for (var id = 0; id < 50; id++)
            Use(id);

        _clients.Trim(0);

        Assert.Equal(0, _clients.Count);
    }

    [Fact]
    public void Take_ByManyThreadsOfEverNewClients_StaysWithinMaxClients()
    {
        var most = 0;

        Threads.Run(Threads.Many, thread =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _time.Advance(1);
                Take(thread * 10_000 + i, max: 64);
                InterlockedMax(ref most, _clients.Count);
            }
        });

        Assert.Equal(64, most);
        Assert.Equal(64, _clients.Count);
    }

    [Fact]
    public void Take_ByManyThreadsOfOneNewClient_MakesOneBucket()
    {
        var taken = 0;

        Threads.Run(Threads.Many, _ =>
        {
            while (_clients.Take(Key(7), _rate, 1000, _time.Ticks, 0).IsTaken)
                Interlocked.Increment(ref taken);
        });

        Assert.Equal(2, taken);
        Assert.Equal(1, _clients.Count);
    }

    private static ClientKey Key(int id) => new((UInt128)(uint)id, IsHeader: false);

    // Takes a token, and returns those that are left.
    private double Take(int id, int max = 1000, BucketRate? rate = null)
    {
        rate ??= _rate;
        return (double)_clients.Take(Key(id), rate, max, _time.Ticks, 0).Level / rate.Token;
    }

    private void Use(int id, int max = 1000)
    {
        _time.Advance(1);
        Take(id, max);
    }

    // A client that was forgotten comes back with a full bucket; all known ones have used a token. Room is made for none.
    private bool Knows(int id, int max = 1000) => Take(id, max + 2000) < 0.5;

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
            ;
    }
}
