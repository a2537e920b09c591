using System.Collections.Concurrent;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Management.Traffic;

/// <summary>
/// Looks once a second at what is counted anyway, and makes rates, percentiles and histories of it:
/// no request pays for them. <see cref="Sample"/> is called by one loop; what it found may be read from any thread.
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
            _cells[cell] = known = new(cell, _all, Of(_routes, cell.Route), Of(_clusters, cell.Cluster),
                cell.Destination.Length > 0 ? Of(new DestinationId(cell.Cluster, cell.Destination)) : null);
        }
        return known;
    }

    private static Track? Of(ConcurrentDictionary<string, Track> tracks, string id) =>
        id.Length > 0 ? tracks.GetOrAdd(id, static _ => new Track()) : null;

    private Track Of(DestinationId id) => _destinations.GetOrAdd(id, static _ => new Track());

    // A request and an error of this destination alone: the request goes on to another one, and may well succeed.
    private void SampleRepeated(DestinationId id, long count, int slot)
    {
        var came = (uint)(count - _repeated.GetValueOrDefault(id));
        if (came == 0)
            return;
        _repeated[id] = count;
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
