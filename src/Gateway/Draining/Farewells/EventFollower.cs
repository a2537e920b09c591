namespace Gateway.Draining.Farewells;

/// <summary>
/// Follows a stream of server-sent events as its bytes pass, in whatever pieces, and knows where
/// nothing is lost by its end: where no event has begun (WHATWG HTML, 9.2.6). Used by one flow.
/// </summary>
internal struct EventFollower
{
    private bool _inLine;
    private bool _inEvent;
    private bool _afterReturn;

    /// <summary>Whether the bytes so far end with an event, or with a comment between two, or there were none.</summary>
    public readonly bool IsBetweenEvents => !_inLine && !_inEvent;

    /// <summary>Follows all of the bytes.</summary>
    public void Follow(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
            Follow(value);
    }

    /// <summary>Follows the bytes up to the first place at which nothing is lost by the stream's end.</summary>
    /// <returns>How many bytes lie before it: all of them when it is not among them.</returns>
    public int FollowEvent(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            Follow(bytes[at]);
            if (IsBetweenEvents)
                return at + 1;
        }
        return bytes.Length;
    }

    // A line ends with CR LF, LF or CR; an empty one ends the event; one that begins with a colon belongs to none.
    private void Follow(byte value)
    {
        var afterReturn = _afterReturn;
        _afterReturn = value == '\r';
        if (value is (byte)'\n' && afterReturn)
            return;
        if (value is (byte)'\n' or (byte)'\r')
        {
            if (!_inLine)
                _inEvent = false;
            _inLine = false;
        }
        else if (!_inLine)
        {
            _inLine = true;
            _inEvent |= value != ':';
        }
    }
}
