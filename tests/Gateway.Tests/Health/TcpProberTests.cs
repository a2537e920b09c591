using System.Reflection;
using System.Runtime.CompilerServices;
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
    private readonly ProbedHealth _health;
    private readonly TcpProber _prober;

    public TcpProberTests()
    {
        _health = new ProbedHealth(_time, new RecordingLogger<ProbedHealth>());
        _prober = new TcpProber(_health, _connect, _updater, _time, _log);
    }

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
    public async Task Destination_ThatFlaps_IsCalmedByThresholds()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "UnhealthyThreshold": 2, "HealthyThreshold": 2 } } """, "one"));
        for (var i = 0; i < 20; i++)
            (await NextProbe("one")).SetResult(i % 2 == 0 ? null : "connection refused");
        await NextProbe("one");

        Assert.Empty(_log.Lines);
        Assert.Equal(0, _updater.Updates);
        Assert.True(_health.IsUp("api", "one"));
    }

    [Fact]
    public async Task Destination_ThatStaysAway_IsToldAtTheThreshold()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "UnhealthyThreshold": 3, "HealthyThreshold": 2 } } """, "one"));
        foreach (var answer in (string?[])[null, "connection refused", "connection refused", "timed out", null, "timed out", null, null])
            (await NextProbe("one")).SetResult(answer);
        await NextProbe("one");

        Assert.Equal(["Destination one of cluster api is DOWN: timed out", "Destination one of cluster api is UP"], _log.Lines);
    }

    [Fact]
    public async Task FirstProbe_WhateverTheThresholds_DecidesAndMakesReady()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "UnhealthyThreshold": 1000, "HealthyThreshold": 1000 } } """, "one"));

        (await NextProbe("one")).SetResult("connection refused");

        await Until(() => _prober.NotReadyBecause is null);
        Assert.False(_health.IsUp("api", "one"));
    }

    [Fact]
    public async Task Thresholds_ChangedByASave_CountWhatCameBefore()
    {
        await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "UnhealthyThreshold": 10 } } """, "one"));
        foreach (var answer in (string?[])[null, "connection refused", "connection refused"])
            (await NextProbe("one")).SetResult(answer);
        var probe = await NextProbe("one");

        _prober.Apply(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "UnhealthyThreshold": 3 } } """, "one"));
        probe.SetResult("connection refused");

        await Until(() => !_health.IsUp("api", "one"));
    }

    [Fact]
    public async Task Destination_AtAnotherAddress_IsDecidedByItsFirstProbe()
    {
        var cluster = await Begin(House.OfCluster("api", """ "HealthCheck": { "Tcp": { "HealthyThreshold": 5 } } """, "one"));
        (await NextProbe("one")).SetResult("connection refused");
        await Until(() => !_health.IsUp("api", "one"));

        var moved = House.Read("""
            { "ReverseProxy": { "Routes": {}, "Clusters": { "api": { "HealthCheck": { "Tcp": { "HealthyThreshold": 5 } },
                "Destinations": { "one": { "Address": "http://127.0.0.1:9100/" } } } } } }
            """);
        _connect.Name(moved);
        _prober.Apply(moved);
        cluster.Destinations["one"] = new Cluster(moved)["one"];
        _prober.OnClusterChanged(cluster);
        (await NextProbe("one")).SetResult(null);

        await Until(() => _health.IsUp("api", "one"));
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
    public async Task Reloads_ThatAddAndRemove_LeaveNothingBehind()
    {
        var calledOff = await ReloadAHundredTimes();

        // Whoever holds on to what stops a loop, the gateway's own stop first of all, would keep it alive.
        Assert.Equal(100, calledOff.Count);
        for (var i = 0; i < 500 && calledOff.Any(source => source.IsAlive); i++)
        {
            GC.Collect();
            await Task.Yield();
        }
        Assert.DoesNotContain(calledOff, source => source.IsAlive);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["stays"], _health.All.Select(pair => pair.Key.Destination));
        Assert.Equal(1, _connect.Waiting);
    }

    // In a method of its own, so that no local of the test keeps anything alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<List<WeakReference>> ReloadAHundredTimes()
    {
        var cluster = await Begin("stays");
        var staying = await NextProbe("stays", put: true);
        var calledOff = new List<WeakReference>();
        for (var i = 0; i < 100; i++)
        {
            Apply(cluster, "stays", $"d{i}");
            var probe = await NextProbe($"d{i}");
            // Half of them are called off while they connect, the others while they wait for their next turn.
            if (i % 2 == 0)
                probe.SetResult(null);
            calledOff.Add(SourceOf(probe.Stop));
            Apply(cluster, "stays");
            await Until(() => probe.Stop.IsCancellationRequested);
            probe.TrySetResult(null);
        }
        Assert.False(staying.Stop.IsCancellationRequested);
        return calledOff;
    }

    private void Apply(ClusterState cluster, params string[] destinations)
    {
        var snapshot = House.OfCluster("api", "", destinations);
        _connect.Name(snapshot);
        foreach (var gone in cluster.Destinations.Keys.Except(destinations))
            cluster.Destinations.TryRemove(gone, out _);
        foreach (var destination in new Cluster(snapshot).All)
            cluster.Destinations.TryAdd(destination.DestinationId, destination);
        _prober.Apply(snapshot);
        _prober.OnClusterChanged(cluster);
        _prober.Settled(snapshot);
    }

    private static WeakReference SourceOf(CancellationToken token) =>
        new(typeof(CancellationToken).GetField("_source", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(token)!);

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
