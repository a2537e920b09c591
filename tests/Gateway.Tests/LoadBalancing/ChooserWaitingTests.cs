using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gateway.Tests.LoadBalancing;

/// <summary>Waiting for a permit, with the pools as they are.</summary>
public sealed class ChooserWaitingTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PoolGate _pool;
    private readonly Choosing _choosing;

    public ChooserWaitingTests()
    {
        _pool = new PoolGate(_time);
        _choosing = Over(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "QueueLimit": 2, "QueueTimeout": "00:00:01" } """, "a", "b"));
    }

    [Fact]
    public async Task Choice_WithAllPermitsTaken_WaitsForOneToComeBack()
    {
        var a = _choosing.Admitted();
        _choosing.Admitted();
        var waiting = Begin();

        a.Leave();

        var choice = await waiting.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("a", choice.Admission.Destination.DestinationId);
        Assert.False(_pool.LineOf("api")!.IsTrying);
    }

    [Fact]
    public async Task Choice_OfSeveralInLine_IsFirstComeFirstServed()
    {
        var (a, b) = (_choosing.Admitted(), _choosing.Admitted());
        var (first, second) = (Begin(), Begin());

        a.Leave();
        Assert.True((await first).IsAdmitted);
        Assert.False(second.IsCompleted);
        b.Leave();

        Assert.True((await second).IsAdmitted);
    }

    [Fact]
    public async Task Choice_BehindAFullLine_IsRefusedAtOnce()
    {
        _choosing.Chosen(2);
        var waiting = new[] { Begin(), Begin() };

        Assert.Equal("pool", _choosing.Choose().Refusal!.Gate);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.All(await Task.WhenAll(waiting), choice => Assert.Equal("pool", choice.Refusal!.Gate));
    }

    [Fact]
    public async Task Choice_OfAClientThatLeavesTheLine_TakesNoPermit()
    {
        var (a, _) = (_choosing.Admitted(), _choosing.Admitted());
        using var client = new CancellationTokenSource();
        var (first, second) = (_choosing.BeginForClientAsync(client.Token), Begin());

        await client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        a.Leave();

        Assert.True((await second).IsAdmitted);
        Assert.Equal(2, _pool.Pools.Sum(pool => pool.Value.InUse));
    }

    [Fact]
    public void Choice_WhileOthersWaitAndTheLineIsFull_DoesNotOvertakeThem()
    {
        var gate = new FakeGate("pool", hope: 2) { Line = new FullLine() };
        var choosing = new Choosing(House.OfCluster("api", "", "a"), gate);

        // A permit has just come back, for the first in line, which has not stirred yet.
        var choice = choosing.Choose();

        Assert.False(choice.IsAdmitted);
        Assert.Equal("pool", choice.Refusal!.Gate);
    }

    [Fact]
    public async Task Choice_ThatAnotherDestinationCanServe_DoesNotWaitBehindOneThatItCannot()
    {
        _choosing.Admitted(_choosing.Wish(among: [_choosing.Cluster["a"]]));
        var bound = _choosing.BeginAsync(_choosing.Wish(affine: true, among: [_choosing.Cluster["a"]]));
        Assert.False(bound.IsCompleted);

        var other = _choosing.BeginAsync();

        Assert.True(other.IsCompleted, "a request that b could take waits behind one that is bound to a");
        Assert.Equal("b", (await other).Admission.Destination.DestinationId);
    }

    [Theory]
    [InlineData("", "b")]
    [InlineData(""" "FailurePolicy": "Redistribute", """, "b")]
    [InlineData(""" "FailurePolicy": "Return503Error", """, null)]
    public async Task Choice_OfABoundClientInLine_WhoseDestinationClosesMeanwhile_MovesWhereItMay(string policy, string? destination)
    {
        var circuit = new FakeGate("circuit", hope: 1);
        var snapshot = House.OfCluster("api", $$""" "SessionAffinity": { {{policy}} "Enabled": true, "AffinityKeyName": "bound" }, "Pool": { "PermitsPerDestination": 1, "QueueLimit": 2 } """, "a", "b");
        _pool.Apply(snapshot);
        var choosing = new Choosing(snapshot, circuit, _pool);
        var a = choosing.Admitted(choosing.Wish(among: [choosing.Cluster["a"]]));
        var bound = choosing.BeginAsync(choosing.Wish(affine: true, among: [choosing.Cluster["a"]]));
        Assert.False(bound.IsCompleted);

        circuit["a"].Permits = 0;
        a.Leave();

        var choice = await bound.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(destination, choice.IsAdmitted ? choice.Admission.Destination.DestinationId : null);
        Assert.Equal(destination is null ? "circuit" : null, choice.Refusal?.Gate);
    }

    [Fact]
    public async Task Choice_UnderLoad_NeverMissesAPermitThatCameBack()
    {
        const int clients = 64, requests = 300;
        var choosing = Over(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 2, "QueueLimit": 1000, "QueueTimeout": "1.00:00:00" } """, "a", "b"));
        int inside = 0, most = 0;

        // The clock stands still: who misses a permit waits for ever.
        var all = Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < requests; i++)
            {
                var choice = await choosing.BeginAsync();
                Assert.True(choice.IsAdmitted);
                var now = Interlocked.Increment(ref inside);
                most = Math.Max(now, most);
                if ((client + i) % 3 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref inside);
                var admission = choice.Admission;
                admission.Leave();
            }
        })));
        await all.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.InRange(most, 1, 4);
        Assert.All(_pool.Pools, pool => Assert.Equal(0, pool.Value.InUse));
        Assert.False(_pool.LineOf("api")!.IsTrying);
    }

    private Choosing Over(Snapshot snapshot)
    {
        _pool.Apply(snapshot);
        return new Choosing(snapshot, _pool);
    }

    private Task<Choice> Begin()
    {
        var waiting = _choosing.BeginAsync();
        Assert.False(waiting.IsCompleted);
        return waiting;
    }

    private sealed class FullLine : IWaitingLine
    {
        public bool IsTrying => true;

        public IPlaceInLine? Join() => null;

        public void Signal()
        {
        }
    }
}
