namespace Gateway.Forwarding;

/// <summary>
/// Follows the bytes of a gRPC response up to the end of its first message, which is prefixed with a byte of flags
/// and four of its length. In gRPC-Web trailers stand in the body, marked by the highest flag.
/// </summary>
/// <param name="isText">Whether it is encoded in base64: what comes at once is taken for a message then.</param>
internal struct FirstGrpcMessage(bool isText)
{
    private const int PrefixLength = 5;
    private const byte Trailers = 0x80;

    private uint _length;
    private long _left;
    private int _prefix;
    private bool _trailers;

    /// <summary>Whether the first message has come as a whole, and nothing that says that no other follows.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Follows what came; true when it goes on behind the first message.</summary>
    public bool IsFollowed(ReadOnlySpan<byte> bytes)
    {
        if (isText)
        {
            var before = IsWhole;
            IsWhole |= bytes.Length > 0;
            return before && bytes.Length > 0;
        }
        while (bytes.Length > 0 && !_trailers)
        {
            if (IsWhole)
            {
                _trailers = (bytes[0] & Trailers) != 0;
                IsWhole = !_trailers;
                return IsWhole;
            }
            bytes = bytes[Take(bytes)..];
        }
        return false;
    }

    private int Take(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (_prefix < PrefixLength && taken < bytes.Length)
        {
            if (_prefix == 0)
                _trailers = (bytes[taken] & Trailers) != 0;
            else
                _length = (_length << 8) | bytes[taken];
            taken++;
            if (++_prefix == PrefixLength)
                _left = _length;
        }
        var body = (int)Math.Min(_left, bytes.Length - taken);
        _left -= body;
        IsWhole = _prefix == PrefixLength && _left == 0 && !_trailers;
        return taken + body;
    }
}
