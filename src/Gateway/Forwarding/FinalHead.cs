namespace Gateway.Forwarding;

/// <summary>Follows the bytes of a response over HTTP/1.1 to where its final head begins: interim ones may stand before it (RFC 9110 §15.2).</summary>
internal struct FinalHead
{
    // Of 'HTTP/1.1 200 OK'.
    private const int StatusAt = 9;
    private int _position;
    private int _lineLength;

    /// <summary>Whether a status came that is no interim one.</summary>
    public bool Came { get; private set; }

    /// <summary>Takes what came next.</summary>
    public void Follow(ReadOnlySpan<byte> bytes)
    {
        foreach (var next in bytes)
        {
            if (Came)
                return;
            Came = _position++ == StatusAt && next != '1';
            if (next != '\n')
                _lineLength += next == '\r' ? 0 : 1;
            else if (_lineLength == 0)
                _position = 0;
            else
                _lineLength = 0;
        }
    }
}
