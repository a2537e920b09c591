using Gateway.Health;
using Gateway.LoadBalancing;
using Gateway.Pooling;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Health;

/// <summary>What health and a save say at the same time about a cluster's destinations.</summary>
public sealed class DestinationsUpdaterTests : IDisposable
{
    private readonly BlockingPolicy _policy = new();
    private readonly Cluster _cluster = new(House.OfCluster("api", "", "a", "b"));
    private readonly PoolGate _pool = new(new FakeTimeProvider());
    private readonly DestinationsUpdater _updater;

    public DestinationsUpdaterTests() => _updater = new DestinationsUpdater([_policy], new WaitingLines([_pool]));

    public void Dispose() => _policy.Dispose();

    [Fact]
    public void Health_ThatChangesDuringASave_KeepsTheSavesDestinations()
    {
        _cluster.State.Destinations["c"] = new DestinationState("c");
        using var save = new Running(() => _updater.UpdateAllDestinations(_cluster.State));
        _policy.WaitForCalls(1);
        using var probe = new Running(() => _updater.UpdateAvailableDestinations(_cluster.State));
        probe.WaitUntilItWaits();

        _policy.Open();
        save.WaitForEnd();
        probe.WaitForEnd();

        Assert.Equal(["a", "b", "c"], _cluster.State.DestinationsState.AllDestinations.Select(destination => destination.DestinationId).Order());
    }

    [Fact]
    public void Health_ThatChangesOftenDuringAnUpdate_IsLookedAtOnceMore()
    {
        using var first = new Running(() => _updater.UpdateAvailableDestinations(_cluster.State));
        _policy.WaitForCalls(1);
        using var second = new Running(() => _updater.UpdateAvailableDestinations(_cluster.State));
        second.WaitUntilItWaits();

        for (var i = 0; i < 100; i++)
            _updater.UpdateAvailableDestinations(_cluster.State);
        _policy.Open();
        first.WaitForEnd();
        second.WaitForEnd();

        Assert.Equal(2, _policy.Calls);
    }

    [Fact]
    public async Task Update_OfACluster_LetsThoseWhoWaitTry()
    {
        _pool.Apply(House.OfCluster("api", """ "Pool": { "PermitsPerDestination": 1, "QueueLimit": 1 } """, "a"));
        using var place = _pool.LineOf("api")!.Join()!;
        await place.WaitAsync(TestContext.Current.CancellationToken);
        place.PassOn();
        var waiting = place.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        _policy.Open();

        _updater.UpdateAvailableDestinations(_cluster.State);

        Assert.True(await waiting);
    }

    // The policy of a cluster that names none.
    private sealed class BlockingPolicy : IAvailableDestinationsPolicy, IDisposable
    {
        private readonly ManualResetEventSlim _open = new();
        private int _calls;

        public string Name => HealthCheckConstants.AvailableDestinations.HealthyOrPanic;

        public int Calls => Volatile.Read(ref _calls);

        public IReadOnlyList<DestinationState> GetAvailalableDestinations(ClusterConfig config, IReadOnlyList<DestinationState> allDestinations)
        {
            Interlocked.Increment(ref _calls);
            _open.Wait();
            return allDestinations;
        }

        public void WaitForCalls(int count) => Assert.True(SpinWait.SpinUntil(() => Calls >= count, Patience));

        public void Open() => _open.Set();

        public void Dispose() => _open.Dispose();
    }

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private sealed class Running : IDisposable
    {
        private readonly Thread _thread;

        public Running(Action action)
        {
            _thread = new Thread(() => action()) { IsBackground = true };
            _thread.Start();
        }

        public void WaitUntilItWaits() =>
            Assert.True(SpinWait.SpinUntil(() => _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience));

        public void WaitForEnd() => Assert.True(_thread.Join(Patience));

        public void Dispose() => _thread.Join(Patience);
    }
}
