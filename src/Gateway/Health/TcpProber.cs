using System.Collections.Concurrent;
using Gateway.Configuration;
using Gateway.Management;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>
/// Probes every destination in a loop of its own, so that one that hangs delays no other, and tells
/// YARP whenever one goes down or comes up.
/// </summary>
internal sealed class TcpProber : IConfigurationListener, IClusterChangeListener, IReadiness, IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<ClusterState, ConcurrentDictionary<string, Loop>> _loops = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProbedHealth _health;
    private readonly IConnectProbe _probe;
    private readonly IClusterDestinationsUpdater _updater;
    private readonly TimeProvider _time;
    private readonly ILogger<TcpProber> _logger;
    private volatile Snapshot? _snapshot;
    private volatile bool _started;
    private volatile bool _wasReady;

    public TcpProber(ProbedHealth health, IConnectProbe probe, IClusterDestinationsUpdater updater, TimeProvider time, ILogger<TcpProber> logger) =>
        (_health, _probe, _updater, _time, _logger) = (health, probe, updater, time, logger);

    private sealed record Loop(CancellationTokenSource Stop, string Address);

    public string? NotReadyBecause
    {
        get
        {
            // Once ready, a destination that a reload adds does not make the gateway unready: all replicas would be so at once.
            if (_wasReady)
                return null;
            var snapshot = _snapshot;
            var unknown = snapshot is null ? 0 : _health.All.Count(health => !health.Value.IsKnown && SettingsOf(snapshot, health.Key.Cluster).Enabled);
            _wasReady = snapshot is not null && unknown == 0;
            return snapshot is null ? "no configuration is applied yet"
                : unknown > 0 ? $"the first probe of {unknown} destination{(unknown == 1 ? "" : "s")} is not done yet" : null;
        }
    }

    public void Apply(Snapshot snapshot)
    {
        _health.Follow(snapshot);
        _snapshot = snapshot;
        // A cluster that did not change for YARP is not announced by it, but probing may have been turned on or off.
        foreach (var (cluster, loops) in _loops)
            Follow(cluster, loops);
    }

    public void Settled(Snapshot snapshot) => _health.Settle(snapshot);

    public void OnClusterAdded(ClusterState cluster) => Follow(cluster, _loops[cluster] = new(StringComparer.OrdinalIgnoreCase));

    public void OnClusterChanged(ClusterState cluster) => Follow(cluster, _loops[cluster]);

    public void OnClusterRemoved(ClusterState cluster)
    {
        if (_loops.TryRemove(cluster, out var loops))
        {
            foreach (var (id, _) in loops)
                End(loops, id);
        }
    }

    // What is only checked, and not run, touches no backend.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        foreach (var (cluster, loops) in _loops)
            Follow(cluster, loops);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    private static TcpProbeSettings SettingsOf(Snapshot snapshot, string clusterId) =>
        snapshot.Get(TcpProbeSettings.Section, clusterId) ?? new TcpProbeSettings { Enabled = false };

    private void Follow(ClusterState cluster, ConcurrentDictionary<string, Loop> loops)
    {
        var enabled = _started && _snapshot is { } snapshot && SettingsOf(snapshot, cluster.ClusterId).Enabled;
        foreach (var destination in cluster.Destinations.Values)
        {
            if (enabled)
                Begin(loops, cluster, destination);
            else
                End(loops, destination.DestinationId);
        }
        foreach (var (id, _) in loops.Where(loop => !cluster.Destinations.ContainsKey(loop.Key)))
            End(loops, id);
        if (!enabled)
            Forget(cluster);
    }

    // Who is not probed is not down.
    private void Forget(ClusterState cluster)
    {
        var changed = false;
        foreach (var destination in cluster.Destinations.Values)
            changed |= _health.Of(new(cluster.ClusterId, destination.DestinationId)).Reset();
        if (changed)
            _updater.UpdateAvailableDestinations(cluster);
    }

    private void Begin(ConcurrentDictionary<string, Loop> loops, ClusterState cluster, DestinationState destination)
    {
        var address = destination.Model.Config.Address;
        if (loops.TryGetValue(destination.DestinationId, out var running) && running.Address == address)
            return;
        End(loops, destination.DestinationId);
        var id = new DestinationId(cluster.ClusterId, destination.DestinationId);
        var health = _health.Of(id);
        health.Renew();
        var loop = new Loop(CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token), address);
        loops[destination.DestinationId] = loop;
        var stop = loop.Stop.Token;
        _ = Task.Run(() => ProbeAsync(id, health, cluster, new Uri(address), stop));
    }

    private static void End(ConcurrentDictionary<string, Loop> loops, string id)
    {
        if (!loops.TryRemove(id, out var loop))
            return;
        loop.Stop.Cancel();
        // Linked to the one that lives as long as the gateway, it would be held by that.
        loop.Stop.Dispose();
    }

    private async Task ProbeAsync(DestinationId id, DestinationHealth health, ClusterState cluster, Uri address, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var settings = SettingsOf(_snapshot!, id.Cluster);
            try
            {
                var failure = await _probe.TryConnectAsync(address, settings.Timeout, stop);
                // The numbers of now: a save may have changed them while the probe was under way.
                if (health.Report(failure, SettingsOf(_snapshot!, id.Cluster), stop))
                    Tell(id, cluster, failure);
                await Task.Delay(Jittered(settings.Interval), _time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                HealthLog.ProbeFailed(_logger, id.Destination, id.Cluster, error);
                await Task.Delay(settings.Interval, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell(DestinationId id, ClusterState cluster, string? failure)
    {
        // First: what the log says holds when it is read.
        _updater.UpdateAvailableDestinations(cluster);
        if (failure is null)
            HealthLog.Up(_logger, id.Destination, id.Cluster);
        else
            HealthLog.Down(_logger, id.Destination, id.Cluster, failure);
    }

    // Loops that began together drift apart.
    private static TimeSpan Jittered(TimeSpan interval) => interval * (0.9 + 0.2 * Random.Shared.NextDouble());
}
