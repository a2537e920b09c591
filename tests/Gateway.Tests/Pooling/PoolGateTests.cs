using Gateway.Configuration;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.Pooling;

public sealed class PoolGateTests
{
    private static readonly DestinationId One = new("api", "one");
    private readonly PoolGate _gate = new(new FakeTimeProvider());

    [Fact]
    public void Pool_OfADestination_HasTheClustersPermits()
    {
        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 2 } """, "one", "two"));

        Assert.Equal([2, 2], _gate.Pools.Select(pool => pool.Value.Permits));
    }

    [Fact]
    public void Pool_OverAReload_KeepsThePermitsHeld()
    {
        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 2 } """, "one"));
        var pool = _gate.TurnstileOf(One);
        pool.TryEnter(out _);
        pool.TryEnter(out _);

        _gate.Apply(House.OfCluster("API", """ "Pool": { "PermitsPerDestination": 3 } """, "ONE"));

        Assert.Same(pool, _gate.TurnstileOf(One));
        Assert.True(pool.TryEnter(out _));
        Assert.False(pool.TryEnter(out _));
    }

    [Fact]
    public void Pool_Disabled_NeverRefusesButCounts()
    {
        _gate.Apply(House.OfCluster("api", """ "Pool": { "Enabled": false, "PermitsPerDestination": 1 } """, "one"));
        var pool = _gate.TurnstileOf(One);

        for (var i = 0; i < 10_000; i++)
            Assert.True(pool.TryEnter(out _));

        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 10000 } """, "one"));
        Assert.False(pool.IsOpen);
    }

    [Fact]
    public async Task Permit_Back_LetsTheFirstInLineTry()
    {
        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "QueueLimit": 5 } """, "one", "two"));
        var pool = _gate.TurnstileOf(One);
        pool.TryEnter(out var ticket);
        using var place = _gate.LineOf("API")!.Join()!;
        await place.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = place.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);

        pool.Leave(ticket);

        Assert.True(await waiting);
    }

    [Fact]
    public async Task Permits_Raised_LetTheFirstInLineTry()
    {
        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "QueueLimit": 5 } """, "one"));
        _gate.TurnstileOf(One).TryEnter(out _);
        using var place = _gate.LineOf("api")!.Join()!;
        await place.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = place.WaitAsync(TestContext.Current.CancellationToken).AsTask();

        _gate.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 2, "QueueLimit": 5 } """, "one"));

        Assert.True(await waiting);
    }

    [Fact]
    public async Task Pool_HeldWhileItsClusterIsGone_IsFullWhenItIsBackAndTellsThoseWhoWait()
    {
        var with = House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "QueueLimit": 5 } """, "one");
        Save(with);
        var pool = _gate.TurnstileOf(One);
        pool.TryEnter(out var ticket);

        Save(House.OfCluster("web", "", "one"));
        Save(House.OfCluster("web", "", "one", "two"));
        Save(with);

        Assert.False(_gate.TurnstileOf(One).IsOpen);
        using var place = _gate.LineOf("api")!.Join()!;
        await place.WaitAsync(TestContext.Current.CancellationToken);
        place.PassOn();
        var waiting = place.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        pool.Leave(ticket);
        Assert.True(await waiting);
        Assert.True(_gate.TurnstileOf(One).IsOpen);
    }

    [Fact]
    public void Pool_LetGoWhileItsClusterIsGone_LeavesNothing()
    {
        Save(House.OfCluster("api", "", "one"));
        var pool = _gate.TurnstileOf(One);
        pool.TryEnter(out var ticket);
        Save(House.OfCluster("web", "", "one"));
        Assert.NotNull(_gate.Look("api"));
        pool.Leave(ticket);

        Save(House.OfCluster("web", "", "one", "two"));

        Assert.Null(_gate.Look("api"));
    }

    [Fact]
    public void Streams_OfADestination_AreBesideItsPermits()
    {
        Save(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "StreamsPerDestination": 2 } """, "one"));
        var (permits, streams) = (_gate.TurnstileOf(One), _gate.StreamTurnstileOf(One));

        Assert.True(permits.TryEnter(out _) && streams.TryEnter(out _) && streams.TryEnter(out _));

        Assert.False(streams.IsOpen || permits.IsOpen);
        Save(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "StreamsPerDestination": 3 } """, "one"));
        Assert.True(streams.TryEnter(out _));
        Assert.False(streams.TryEnter(out _));
        Save(House.OfCluster("api", """ "Pool": { "Enabled": false, "StreamsPerDestination": 0 } """, "one"));
        Assert.True(streams.TryEnter(out _));
    }

    private void Save(Snapshot snapshot)
    {
        _gate.Apply(snapshot);
        _gate.Settled(snapshot);
    }

    [Fact]
    public void Refusal_OfFullPools_IsTheContractsRow()
    {
        var refusal = _gate.Refuse([_gate.TurnstileOf(One)]);

        Assert.Equal((503, "Pool exhausted", "pool", "connection_limit_reached", 14, 1),
            (refusal.Status, refusal.Title, refusal.Gate, refusal.ProxyStatusError, refusal.GrpcStatus, refusal.RetryAfter));
    }
}
