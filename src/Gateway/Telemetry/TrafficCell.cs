using System.Globalization;

namespace Gateway.Telemetry;

/// <summary>
/// The requests of one route to one destination that ended with one status, by how long they took.
/// Their number is the sum of the buckets, so that counting and timing a request is one increment. Thread-safe.
/// </summary>
internal sealed class TrafficCell(string route, string cluster, string destination, int code)
{
    private const int ExampleBits = 20;

    private readonly long[] _durations = new long[LatencyScale.Buckets];

    private long _examples;

    // Only what was forwarded has a time to its response's headers.
    private readonly long[] _upstream = destination.Length > 0 ? new long[LatencyScale.Buckets] : [];

    public string Route { get; } = route;

    public string Cluster { get; } = cluster;

    /// <summary>The destination of the last attempt; empty where there was none.</summary>
    public string Destination { get; } = destination;

    public int Code { get; } = code;

    /// <summary>The status as a label.</summary>
    public string CodeLabel { get; } = code.ToString(CultureInfo.InvariantCulture);

    /// <summary>The ids among which the cell's own were last found; see <see cref="Scraping.LiveIds.Now"/>.</summary>
    public object? LiveAmong { get; set; }

    public long Count
    {
        get
        {
            long count = 0;
            foreach (ref var bucket in _durations.AsSpan())
                count += Volatile.Read(ref bucket);
            return count;
        }
    }

    /// <summary>How many took how long, from first byte to last; <see cref="LatencyScale"/> has the buckets.</summary>
    public ReadOnlySpan<long> Durations => _durations;

    /// <summary>How many took how long to their response's headers; empty where nothing was forwarded.</summary>
    public ReadOnlySpan<long> Upstream => _upstream;

    /// <summary>Whether no request of this cell was the example of the bucket in this second; then this one is.</summary>
    /// <param name="bucket">A bucket of the histogram, below 20.</param>
    /// <param name="second">Whole seconds on any clock that goes on.</param>
    public bool TryTakeTurn(int bucket, long second)
    {
        var taken = Volatile.Read(ref _examples);
        var wanted = (taken >> ExampleBits == second ? taken : second << ExampleBits) | 1L << bucket;
        return wanted != taken && Interlocked.CompareExchange(ref _examples, wanted, taken) == taken;
    }

    public void Add(TimeSpan duration, TimeSpan? upstream)
    {
        Interlocked.Increment(ref _durations[LatencyScale.BucketOf(duration)]);
        if (upstream is { } time && _upstream.Length > 0)
            Interlocked.Increment(ref _upstream[LatencyScale.BucketOf(time)]);
    }
}

/// <summary>Counts one thing that is rare. Thread-safe.</summary>
internal sealed class RareCell
{
    private long _count;

    public long Count => Volatile.Read(ref _count);

    public void Add() => Interlocked.Increment(ref _count);
}
