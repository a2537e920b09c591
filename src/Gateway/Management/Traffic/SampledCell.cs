using Gateway.Telemetry;

namespace Gateway.Management.Traffic;

/// <summary>A cell of the metrics with what it said at the last tick, and the tracks that it belongs to. Used by the sampler alone.</summary>
internal sealed class SampledCell(TrafficCell cell, Track all, Track? route, Track? cluster, Track? destination)
{
    // Counts wrap around where their difference does not.
    private readonly uint[] _durations = new uint[cell.Durations.Length];
    private readonly uint[] _upstream = new uint[cell.Upstream.Length];
    private readonly bool _failed = cell.Code >= StatusCodes.Status500InternalServerError;
    private long _count;

    /// <summary>Tells the tracks what came since the last tick.</summary>
    public void Sample(int slot)
    {
        var count = cell.Count;
        var came = (uint)(count - _count);
        if (came == 0)
            return;
        _count = count;
        var errors = _failed ? came : 0;
        all.Add(slot, came, errors);
        route?.Add(slot, came, errors);
        cluster?.Add(slot, came, errors);
        destination?.Add(slot, came, errors);
        // What was never forwarded took no time worth telling, and would hide what the rest took.
        if (destination is not null)
            SampleLatencies(destination);
    }

    private void SampleLatencies(Track destination)
    {
        for (var i = 0; i < _durations.Length; i++)
        {
            var came = Since(cell.Durations, _durations, i);
            if (came == 0)
                continue;
            all.AddLatencies(i, came);
            route?.AddLatencies(i, came);
            cluster?.AddLatencies(i, came);
        }
        for (var i = 0; i < _upstream.Length; i++)
        {
            if (Since(cell.Upstream, _upstream, i) is var came and > 0)
                destination.AddLatencies(i, came);
        }
    }

    private static uint Since(ReadOnlySpan<long> now, uint[] last, int index)
    {
        var count = (uint)Volatile.Read(in now[index]);
        var came = count - last[index];
        last[index] = count;
        return came;
    }
}
