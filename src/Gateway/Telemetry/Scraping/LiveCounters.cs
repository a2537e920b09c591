using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Gateway.Telemetry.Scraping;

/// <summary>
/// Counts what happens to routes, clusters and destinations, for an instrument that is read when it
/// is scraped: what a save removed is then told no more. Thread-safe.
/// </summary>
/// <typeparam name="TKey">What is counted apart.</typeparam>
/// <param name="isLive">Whether all that the key names is still there.</param>
/// <param name="labels">The labels of a key.</param>
internal sealed class LiveCounters<TKey>(Func<TKey, bool> isLive, Func<TKey, KeyValuePair<string, object?>[]> labels) where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, RareCell> _cells = new();

    public void Add(TKey key) => _cells.GetOrAdd(key, static _ => new RareCell()).Add();

    public IEnumerable<Measurement<long>> Measure()
    {
        foreach (var (key, cell) in _cells)
        {
            if (isLive(key))
                yield return new(cell.Count, labels(key));
            else
                _cells.TryRemove(key, out _);
        }
    }
}
