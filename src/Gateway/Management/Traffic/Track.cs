using Gateway.Telemetry;

namespace Gateway.Management.Traffic;

/// <summary>Follows one part of the traffic: a route, a cluster, a destination or all of it. Written by the sampler alone; <see cref="Figures"/> may be read from any thread.</summary>
internal sealed class Track
{
    /// <summary>The ticks that a rate is taken over.</summary>
    public const int Window = 10;

    private readonly uint[] _requests = new uint[Window];
    private readonly uint[] _errors = new uint[Window];

    // Percentiles are those of this half of the window and of the one before it.
    private uint[] _half = new uint[LatencyScale.Buckets];
    private uint[] _otherHalf = new uint[LatencyScale.Buckets];
    private long _allRequests;
    private long _allErrors;
    private uint _stepRequests;
    private uint _stepErrors;
    private int _idleTicks;
    private volatile Figures _figures = Figures.None;

    public Figures Figures => _figures;

    public void Add(int slot, uint requests, uint errors)
    {
        _requests[slot] += requests;
        _errors[slot] += errors;
        _allRequests += requests;
        _allErrors += errors;
        _stepRequests += requests;
        _stepErrors += errors;
        _idleTicks = 0;
    }

    public void AddLatencies(int bucket, uint count) => _half[bucket] += count;

    /// <summary>Begins a tick, whose slot may still hold the one of a window ago.</summary>
    public void Begin(int slot) => _requests[slot] = _errors[slot] = 0;

    /// <summary>Ends a tick: the figures are those of now.</summary>
    /// <param name="seconds">The time that the window covers.</param>
    /// <param name="endsStep">Whether a step of the history ends with this tick.</param>
    public void End(double seconds, bool endsStep)
    {
        var history = _figures.History;
        if (endsStep)
            (history, _stepRequests, _stepErrors) = (history is null && _stepRequests == 0 && _stepErrors == 0 ? null : History.After(history, _stepRequests, _stepErrors), 0, 0);
        // A part of the traffic that has been silent for as long as figures look back has nothing new to tell.
        if (_idleTicks++ <= 2 * Window || !ReferenceEquals(history, _figures.History))
            _figures = new(Rate(_requests, seconds), Rate(_errors, seconds), Percentile(0.5), Percentile(0.99), _allRequests, _allErrors, history);
        if (endsStep)
        {
            (_half, _otherHalf) = (_otherHalf, _half);
            Array.Clear(_half);
        }
    }

    private double? Percentile(double share) => LatencyScale.Percentile(_half, _otherHalf, share);

    private static double Rate(uint[] ticks, double seconds)
    {
        long sum = 0;
        foreach (var tick in ticks)
            sum += tick;
        return sum == 0 || seconds <= 0 ? 0 : Math.Round(sum / seconds, 2);
    }
}
