namespace Gateway.Telemetry;

/// <summary>What is kept with a body while its client is waited for: where it is listed, and what came of it lately.</summary>
internal struct BodyWait
{
    /// <summary>The seconds over which what came is summed up.</summary>
    public const int Seconds = 60;

    /// <summary>The body is not listed; it may be, unless it has <see cref="Ended"/>.</summary>
    public const int Unlisted = 0;

    /// <summary>The body stands in a list.</summary>
    public const int Listed = 1;

    /// <summary>The request has ended.</summary>
    public const int Ended = 2;

    // Most bodies are through before anybody looks.
    private long[]? _came;
    private int _looks;

    /// <summary>One of the three above. Changed atomically.</summary>
    public int State;

    /// <summary>Which list the body stands in.</summary>
    public int Stripe;

    /// <summary>Counts a second in which the client was waited for.</summary>
    /// <param name="bytes">All that came so far.</param>
    /// <returns>What came within the last 60 such seconds; null before there are as many.</returns>
    public long? Look(long bytes)
    {
        ref var oldest = ref (_came ??= new long[Seconds])[_looks % Seconds];
        var came = _looks < Seconds ? (long?)null : bytes - oldest;
        oldest = bytes;
        _looks++;
        return came;
    }
}
