using Gateway.RateLimiting;
using Gateway.Tests.Support;

namespace Gateway.Tests.RateLimiting;

public sealed class ClientBucketsTests
{
    private readonly TickClock _time = new();
    private readonly ClientBuckets _clients;
    private readonly BucketRate _rate;

    public ClientBucketsTests()
    {
        _clients = new ClientBuckets(new BucketClock(_time));
        _rate = _time.Rate(2, 1, TimeSpan.FromDays(1));
    }

    [Fact]
    public void Get_OfAClientKnown_IsTheSameBucket()
    {
        Assert.Same(Get(1), Get(1));
        Assert.NotSame(Get(1), Get(2));
        Assert.Equal(2, _clients.Count);
    }

    [Fact]
    public void Get_BeyondMaxClients_ForgetsTheIdlestEachTime()
    {
        for (var id = 0; id < 100; id++)
            Use(id, max: 100);
        // In reverse from here on: 99 is the idlest.
        for (var id = 99; id >= 0; id--)
            Use(id, max: 100, take: false);

        for (var round = 0; round < 60; round++)
        {
            Use(1000 + round, max: 100);
            Assert.Equal(100, _clients.Count);
        }

        var kept = Enumerable.Range(0, 100).Where(id => Knows(id, max: 100)).ToList();
        Assert.Equal(Enumerable.Range(0, 40), kept);
    }

    [Fact]
    public void Get_OfAClientThatCameBackJustBeforeItsTurn_IsNotForgotten()
    {
        for (var id = 0; id < 16; id++)
            Use(id, max: 16);
        // The look for the idlest finds 0 and 1; 0 goes, 1 comes back before it is its turn.
        Use(100, max: 16);
        Use(1, max: 16, take: false);
        Use(101, max: 16);

        Assert.True(Knows(1, max: 16));
        Assert.False(Knows(2, max: 17));
    }

    [Fact]
    public void Get_OfAClientForgotten_GivesAFullBucket()
    {
        Use(1, max: 1);
        Use(2, max: 1);

        Assert.Equal(2, Get(1, max: 1).Tokens);
        Assert.Equal(1, _clients.Count);
    }

    [Fact]
    public void Get_WithOtherNumbers_KeepsTheLevelCutToTheNewLimit()
    {
        Use(1);
        var wider = _time.Rate(20, 1, TimeSpan.FromDays(1));

        Assert.Equal(1, _clients.Get(Key(1), wider, 100, _time.Ticks).Tokens, tolerance: 1e-6);
        Assert.Equal(20, _clients.Get(Key(2), wider, 100, _time.Ticks).Tokens);
        Assert.Equal(2, _clients.Get(Key(2), _rate, 100, _time.Ticks).Tokens);
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
    public void Get_ByManyThreadsOfEverNewClients_StaysWithinMaxClients()
    {
        var most = 0;

        Threads.Run(Threads.Many, thread =>
        {
            for (var i = 0; i < 1000; i++)
            {
                _time.Advance(1);
                Get(thread * 10_000 + i, max: 64);
                InterlockedMax(ref most, _clients.Count);
            }
        });

        Assert.Equal(64, most);
        Assert.Equal(64, _clients.Count);
    }

    [Fact]
    public void Get_ByManyThreadsOfOneNewClient_MakesOneBucket()
    {
        var taken = 0;

        Threads.Run(Threads.Many, _ => Interlocked.Add(ref taken, Get(7).Drain(_time.Ticks)));

        Assert.Equal(2, taken);
        Assert.Equal(1, _clients.Count);
    }

    private static ClientKey Key(int id) => new((UInt128)(uint)id, IsHeader: false);

    private ClientBucket Get(int id, int max = 1000) => _clients.Get(Key(id), _rate, max, _time.Ticks);

    private void Use(int id, int max = 1000, bool take = true)
    {
        _time.Advance(1);
        var bucket = Get(id, max);
        if (take)
            Assert.True(bucket.TryTake(_time.Ticks));
    }

    // Who was forgotten comes back with a full bucket; all known ones have used a token. Room is made for none.
    private bool Knows(int id, int max = 1000) => Get(id, max + 1000).Tokens < 2;

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
            ;
    }
}
