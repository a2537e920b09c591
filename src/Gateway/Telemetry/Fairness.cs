namespace Gateway.Telemetry;

/// <summary>
/// Decides when a stream that always has data gives way: a copy that never waits would otherwise keep
/// the thread, and with it every connection whose bytes arrive there. Used by one reader at a time.
/// </summary>
internal struct Fairness
{
    private const int BytesInARow = 256 * 1024;
    private int _bytes;

    /// <summary>Says whether to give way now, after a read that did not have to wait.</summary>
    public bool IsDue(int read)
    {
        _bytes += read;
        if (_bytes < BytesInARow)
            return false;
        _bytes = 0;
        return true;
    }

    /// <summary>A read had to wait, and others had their turn.</summary>
    public void Waited() => _bytes = 0;
}
