using System.Collections.Concurrent;
using System.Collections.Frozen;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Management.Traffic;

/// <summary>
/// Looks once a second at what is counted anyway, and makes rates, percentiles and histories of it:
/// no request pays for them. What a configuration no longer has is let go of, here and where it is counted.
/// <see cref="Follow"/> and <see cref="Sample"/> are called by one loop; what it found may be read from any thread.
/// </summary>
internal sealed class TrafficSampler(ExchangeMetrics metrics, TimeProvider time)
{
    private readonly Dictionary<TrafficCell, SampledCell> _cells = [];
    private readonly Dictionary<DestinationId, long> _repeated = [];
    private readonly ConcurrentDictionary<string, Track> _routes = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, Track> _clusters = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<DestinationId, Track> _destinations = new();
    private readonly ConcurrentDictionary<(string Gate, string Scope), Track> _refusals = new();
    private readonly Dictionary<(string Gate, string Scope), long> _rejections = [];
    private readonly long[] _times = [.. Enumerable.Repeat(time.GetTimestamp(), Track.Window)];
    private readonly Track _all = new();
    private ConfiguredIds? _live;
    private bool _anyGone;
    private long _ticks;

    /// <summary>The steps of the histories that are over.</summary>
    public long Steps => Volatile.Read(ref _ticks) / History.SecondsPerStep;

    public Figures All => _all.Figures;

    public Figures OfRoute(string id) => _routes.TryGetValue(id, out var track) ? track.Figures : Figures.None;

    public Figures OfCluster(string id) => _clusters.TryGetValue(id, out var track) ? track.Figures : Figures.None;

    public Figures OfDestination(DestinationId id) => _destinations.TryGetValue(id, out var track) ? track.Figures : Figures.None;

    /// <summary>The refusals by gate and scope.</summary>
    public IEnumerable<(string Gate, string Scope, Figures Figures)> Refusals =>
        _refusals.Select(static pair => (pair.Key.Gate, pair.Key.Scope, pair.Value.Figures));

    /// <summary>From here on what this configuration does not have is gone.</summary>
    public void Follow(Snapshot snapshot)
    {
        if (ReferenceEquals(_live?.Snapshot, snapshot))
            return;
        _live = new(snapshot);
        _anyGone = true;
    }

    public void Sample()
    {
        var slot = (int)(_ticks % Track.Window);
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_times[slot], now).TotalSeconds;
        _times[slot] = now;
        foreach (var track in Tracks())
            track.Begin(slot);
        foreach (var cell in metrics.Cells)
            Known(cell).Sample(slot);
        foreach (var (id, cell) in metrics.Repeated)
            SampleRepeated(id, cell.Count, slot);
        foreach (var (reason, cell) in metrics.Rejections)
            SampleRejection(reason, cell.Count, slot);
        // After the last look at it: what ended on a destination that is gone counts in the total all the same.
        if (_anyGone)
            LetGo();
        var endsStep = (_ticks + 1) % History.SecondsPerStep == 0;
        foreach (var track in Tracks())
            track.End(seconds, endsStep);
        Volatile.Write(ref _ticks, _ticks + 1);
    }

    private IEnumerable<Track> Tracks()
    {
        yield return _all;
        foreach (var (_, track) in _routes)
            yield return track;
        foreach (var (_, track) in _clusters)
            yield return track;
        foreach (var (_, track) in _destinations)
            yield return track;
        foreach (var (_, track) in _refusals)
            yield return track;
    }

    private SampledCell Known(TrafficCell cell)
    {
        if (!_cells.TryGetValue(cell, out var known))
        {
            _cells[cell] = known = new(cell, _all, Of(_routes, cell.Route, _live?.Routes), Of(_clusters, cell.Cluster, _live?.Clusters),
                cell.Destination.Length > 0 ? Of(new DestinationId(cell.Cluster, cell.Destination)) : null);
            _anyGone |= _live?.Have(cell) is false;
        }
        return known;
    }

    // A request that ends late on what is gone does not bring it back.
    private static Track? Of(ConcurrentDictionary<string, Track> tracks, string id, FrozenSet<string>? live) =>
        id.Length == 0 ? null : live?.Contains(id) is false ? new Track() : tracks.GetOrAdd(id, static _ => new Track());

    private Track Of(DestinationId id) => _live?.Destinations.Contains(id) is false ? new Track() : _destinations.GetOrAdd(id, static _ => new Track());

    private void LetGo()
    {
        _anyGone = false;
        var live = _live!;
        foreach (var cell in _cells.Keys.Where(cell => !live.Have(cell)).ToList())
        {
            _cells.Remove(cell);
            metrics.LetGo(cell);
        }
        foreach (var id in _repeated.Keys.Where(id => !live.Destinations.Contains(id)).ToList())
        {
            _repeated.Remove(id);
            metrics.LetGo(id);
        }
        Keep(_routes, live.Routes);
        Keep(_clusters, live.Clusters);
        Keep(_destinations, live.Destinations);
    }

    private static void Keep<TKey>(ConcurrentDictionary<TKey, Track> tracks, FrozenSet<TKey> live) where TKey : notnull
    {
        foreach (var id in tracks.Keys.Where(id => !live.Contains(id)))
            tracks.TryRemove(id, out _);
    }

    // A request and an error of this destination alone: the request goes on to another one, and may well succeed.
    private void SampleRepeated(DestinationId id, long count, int slot)
    {
        var came = (uint)(count - _repeated.GetValueOrDefault(id));
        if (came == 0)
            return;
        _repeated[id] = count;
        _anyGone |= _live?.Destinations.Contains(id) is false;
        Of(id).Add(slot, came, came);
    }

    private void SampleRejection((string Gate, string Scope) reason, long count, int slot)
    {
        var came = (uint)(count - _rejections.GetValueOrDefault(reason));
        if (came == 0)
            return;
        _rejections[reason] = count;
        _refusals.GetOrAdd(reason, static _ => new Track()).Add(slot, came, 0);
    }
}
