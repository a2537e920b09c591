using Gateway.Configuration;
using Gateway.Health;
using Gateway.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Health;

public sealed class TcpProberTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeConnect _connect = new();
    private readonly Updater _updater = new();
    private readonly RecordingLogger<TcpProber> _log = new();
    private readonly ProbedHealth _health = new();
    private readonly TcpProber _prober;

    public TcpProberTests() => _prober = new TcpProber(_health, _connect, _updater, _time, _log);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _prober.StopAsync(CancellationToken.None).Wait(CancellationToken.None);
        _prober.Dispose();
    }

    [Fact]
    public async Task Destination_DownAndUpAgain_IsToldOnceEach()
    {
        await Begin("one");
        foreach (var answer in (string?[])[null, null, "connection refused", "timed out", "connection refused", null, null])
            (await NextProbe("one")).SetResult(answer);
        await NextProbe("one");

        Assert.Equal(
            ["Destination one of cluster api is DOWN: connection refused", "Destination one of cluster api is UP"], _log.Lines);
        Assert.Equal(2, _updater.Updates);
    }

    [Fact]
    public async Task Destination_DownFromTheStart_IsToldDown()
    {
        await Begin("one");

        (await NextProbe("one")).SetResult("connection refused");
        await NextProbe("one");

        Assert.Equal("Destination one of cluster api is DOWN: connection refused", Assert.Single(_log.Lines));
        Assert.False(_health.IsUp("API", "ONE"));
    }

    [Fact]
    public async Task Destination_ThatHangs_DelaysNoOther()
    {
        await Begin("one", "two");
        await NextProbe("one");

        for (var i = 0; i < 10; i++)
            (await NextProbe("two")).SetResult(null);

        Assert.Equal(1, _connect.Begun("one"));
    }

    [Fact]
    public async Task Readiness_WaitsForTheFirstProbeOfEveryDestination()
    {
        Assert.Equal("no configuration is applied yet", _prober.NotReadyBecause);
        await Begin("one", "two");
        Assert.Equal("the first probe of 2 destinations is not done yet", _prober.NotReadyBecause);

        (await NextProbe("one")).SetResult("connection refused");
        await Until(() => _prober.NotReadyBecause == "the first probe of 1 destination is not done yet");
        (await NextProbe("two")).SetResult(null);

        await Until(() => _prober.NotReadyBecause is null);
    }

    [Fact]
    public async Task Readiness_WithoutProbes_IsThereAtOnce()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "Enabled": false } } """, "one"));

        Assert.Null(_prober.NotReadyBecause);
        Assert.Equal(0, _connect.Begun("one"));
    }

    [Fact]
    public async Task Probe_OfAClusterRemoved_Ends()
    {
        var cluster = await Begin("one");
        var probe = await NextProbe("one");

        _prober.OnClusterRemoved(cluster);

        await Until(() => probe.Stop.IsCancellationRequested);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Probe_OfADestinationRemoved_Ends()
    {
        var cluster = await Begin("one", "two");
        var (one, two) = (await NextProbe("one"), await NextProbe("two"));

        cluster.Destinations.TryRemove("two", out _);
        var snapshot = House.OfCluster("api", "", "one");
        _prober.Apply(snapshot);
        _prober.OnClusterChanged(cluster);
        _prober.Settled(snapshot);

        await Until(() => two.Stop.IsCancellationRequested);
        Assert.False(one.Stop.IsCancellationRequested);
        Assert.Equal(["one"], _health.All.Select(pair => pair.Key.Destination));
    }

    [Fact]
    public async Task Probes_AtTheStop_End()
    {
        await Begin("one");
        var probe = await NextProbe("one");

        await _prober.StopAsync(Token);

        await Until(() => probe.Stop.IsCancellationRequested);
    }

    [Fact]
    public async Task Probes_TurnedOff_LetWhatWasDownBeTried()
    {
        await Begin("one");
        (await NextProbe("one")).SetResult("connection refused");
        await Until(() => !_health.IsUp("api", "one"));

        _prober.Apply(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "Enabled": false } } """, "one"));

        Assert.True(_health.IsUp("api", "one"));
        await Until(() => _updater.Updates == 2);
        Assert.Null(_prober.NotReadyBecause);
    }

    [Fact]
    public async Task Probes_TurnedOnByAReload_Begin()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "Enabled": false } } """, "one"));

        _prober.Apply(House.OfCluster("api", "", "one"));

        await NextProbe("one");
    }

    [Fact]
    public async Task Probe_ThatFailsOnOurSide_IsToldAndGoesOn()
    {
        await Begin("one");

        (await NextProbe("one")).SetException(new InvalidOperationException("no more sockets"));
        (await NextProbe("one")).SetResult(null);

        Assert.Contains("failed on our side; it goes on", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ByProbe_WaitsAnIntervalGiveOrTakeATenth()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "Interval": "00:00:10", "Timeout": "00:00:03" } } """, "one"));
        for (var i = 0; i < 20; i++)
        {
            var probe = await NextProbe("one");
            var ended = _time.GetUtcNow();
            probe.SetResult(null);
            await NextProbe("one", put: true);

            Assert.True(_time.GetUtcNow() - ended >= TimeSpan.FromSeconds(9));
            Assert.Equal(TimeSpan.FromSeconds(3), probe.Timeout);
        }
    }

    [Fact]
    public async Task Prober_BeforeItIsStarted_ProbesNothing()
    {
        var snapshot = House.OfCluster("api", "", "one");
        _prober.Apply(snapshot);
        _prober.OnClusterAdded(new Cluster(snapshot).State);

        Assert.Equal(0, _connect.Begun("one"));
        await _prober.StartAsync(Token);
        await NextProbe("one");
    }

    private Task<ClusterState> Begin(params string[] destinations) => Begin(House.OfCluster("api", "", destinations));

    private async Task<ClusterState> Begin(Snapshot snapshot)
    {
        var cluster = new Cluster(snapshot).State;
        _connect.Name(snapshot);
        _prober.Apply(snapshot);
        _prober.OnClusterAdded(cluster);
        await _prober.StartAsync(Token);
        return cluster;
    }

    // Turns the clock until the destination is probed.
    private async Task<Probe> NextProbe(string destination, bool put = false)
    {
        Probe? probe = null;
        await Until(() =>
        {
            if (_connect.TryTake(destination, put, out probe))
                return true;
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return false;
        });
        return probe!;
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Updater : IClusterDestinationsUpdater
    {
        private int _updates;

        public int Updates => Volatile.Read(ref _updates);

        public void UpdateAvailableDestinations(ClusterState cluster) => Interlocked.Increment(ref _updates);

        public void UpdateAllDestinations(ClusterState cluster) => Interlocked.Increment(ref _updates);
    }
}
