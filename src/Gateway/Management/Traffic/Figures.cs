namespace Gateway.Management.Traffic;

/// <summary>What a part of the traffic was like at one tick of the sampler. Immutable.</summary>
/// <param name="RequestsPerSecond">The requests that ended, over the last ten seconds.</param>
/// <param name="ErrorsPerSecond">Those of them that failed, with a status from 500 on or in an attempt that was repeated.</param>
/// <param name="P50">The seconds that half of them took at most; null when there was none.</param>
/// <param name="P99">The seconds that 99 of a hundred took at most.</param>
/// <param name="Requests">The requests since the start.</param>
/// <param name="Errors">The failed ones since the start.</param>
/// <param name="History">The last minutes; null while nothing happened in them.</param>
internal sealed record Figures(
    double RequestsPerSecond, double ErrorsPerSecond, double? P50, double? P99, long Requests, long Errors, History? History)
{
    public static readonly Figures None = new(0, 0, null, null, 0, 0, null);
}

/// <summary>The requests and errors of the last minutes, step by step, the oldest first. Immutable.</summary>
internal sealed record History(uint[] Requests, uint[] Errors)
{
    public const int Steps = 60;
    public const int SecondsPerStep = 5;

    /// <summary>The history with one step more, and without its oldest; null when nothing is left in it.</summary>
    public static History? After(History? history, uint requests, uint errors)
    {
        var next = new History(Shifted(history?.Requests, requests), Shifted(history?.Errors, errors));
        return Array.TrueForAll(next.Requests, static value => value == 0) && Array.TrueForAll(next.Errors, static value => value == 0) ? null : next;
    }

    private static uint[] Shifted(uint[]? values, uint last)
    {
        var shifted = new uint[Steps];
        values?.AsSpan(1).CopyTo(shifted);
        shifted[^1] = last;
        return shifted;
    }
}
