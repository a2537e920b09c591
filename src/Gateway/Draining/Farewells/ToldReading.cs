namespace Gateway.Draining.Farewells;

/// <summary>
/// A token for reads that ends them when it is time to go: made once for a stream and not once a read, as
/// long as the reader's own token stays the same. Used by one reader at a time.
/// </summary>
internal sealed class ToldReading(CancellationToken goingAway) : IDisposable
{
    private CancellationTokenSource? _either;
    private CancellationToken _reader;

    /// <summary>Cancelled with the reader's token or when it is time to go.</summary>
    public CancellationToken With(CancellationToken reader)
    {
        if (_either is null || _reader != reader)
        {
            _either?.Dispose();
            (_either, _reader) = (CancellationTokenSource.CreateLinkedTokenSource(reader, goingAway), reader);
        }
        return _either.Token;
    }

    public void Dispose() => _either?.Dispose();
}
