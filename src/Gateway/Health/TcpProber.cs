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
    private readonly ConcurrentDictionary<DestinationId, Loop> _loops = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProbedHealth _health;
    private readonly IConnectProbe _probe;
    private readonly IClusterDestinationsUpdater _updater;
    private readonly TimeProvider _time;
    private readonly ILogger<TcpProber> _logger;
    private volatile Snapshot? _snapshot;
    private volatile ClusterState[] _clusters = [];
    private volatile bool _started;
    private volatile bool _wasReady;

    public TcpProber(ProbedHealth health, IConnectProbe probe, IClusterDestinationsUpdater updater, TimeProvider time, ILogger<TcpProber> logger) =>
        (_health, _probe, _updater, _time, _logger) = (health, probe, updater, time, logger);

    private sealed record Loop(CancellationTokenSource Stop, Uri Address);

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
        foreach (var cluster in _clusters)
            Follow(cluster);
    }

    public void OnClusterAdded(ClusterState cluster)
    {
        _clusters = [.. _clusters, cluster];
        Follow(cluster);
    }

    public void OnClusterChanged(ClusterState cluster) => Follow(cluster);

    public void OnClusterRemoved(ClusterState cluster)
    {
        _clusters = [.. _clusters.Where(other => other != cluster)];
        foreach (var id in _loops.Keys.Where(id => id.Cluster.Equals(cluster.ClusterId, StringComparison.OrdinalIgnoreCase)))
            End(id);
    }

    // What is only checked, and not run, touches no backend.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _started = true;
        foreach (var cluster in _clusters)
            Follow(cluster);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    private static TcpProbeSettings SettingsOf(Snapshot snapshot, string clusterId) =>
        snapshot.Get(TcpProbeSettings.Section, clusterId) ?? new TcpProbeSettings { Enabled = false };

    private void Follow(ClusterState cluster)
    {
        var enabled = _started && _snapshot is { } snapshot && SettingsOf(snapshot, cluster.ClusterId).Enabled;
        foreach (var destination in cluster.Destinations.Values)
        {
            var id = new DestinationId(cluster.ClusterId, destination.DestinationId);
            if (enabled)
                Begin(id, cluster, new Uri(destination.Model.Config.Address));
            else
                End(id);
        }
        var gone = _loops.Keys.Where(id => id.Cluster.Equals(cluster.ClusterId, StringComparison.OrdinalIgnoreCase)
            && !cluster.Destinations.ContainsKey(id.Destination)).ToList();
        gone.ForEach(End);
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

    private void Begin(DestinationId id, ClusterState cluster, Uri address)
    {
        if (_loops.TryGetValue(id, out var running) && running.Address == address)
            return;
        End(id);
        var loop = new Loop(CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token), address);
        _loops[id] = loop;
        _ = Task.Run(() => ProbeAsync(id, cluster, address, loop.Stop.Token));
    }

    private void End(DestinationId id)
    {
        if (_loops.TryRemove(id, out var loop))
            loop.Stop.Cancel();
    }

    private async Task ProbeAsync(DestinationId id, ClusterState cluster, Uri address, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var settings = SettingsOf(_snapshot!, id.Cluster);
            try
            {
                var failure = await _probe.TryConnectAsync(address, settings.Timeout, stop);
                stop.ThrowIfCancellationRequested();
                Report(id, cluster, failure);
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

    private void Report(DestinationId id, ClusterState cluster, string? failure)
    {
        if (!_health.Of(id).Report(failure))
            return;
        if (failure is null)
            HealthLog.Up(_logger, id.Destination, id.Cluster);
        else
            HealthLog.Down(_logger, id.Destination, id.Cluster, failure);
        _updater.UpdateAvailableDestinations(cluster);
    }

    // Loops that began together drift apart.
    private static TimeSpan Jittered(TimeSpan interval) => interval * (0.9 + 0.2 * Random.Shared.NextDouble());
}
