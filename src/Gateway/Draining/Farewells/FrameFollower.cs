namespace Gateway.Draining.Farewells;

/// <summary>
/// Follows one direction of a WebSocket as its bytes pass, in whatever pieces, and knows where a frame
/// ends and the next one begins (RFC 6455 §5.2). Nothing is kept but the frame's head; a length that
/// is a lie is only counted. Used by one direction's flow.
/// </summary>
internal struct FrameFollower
{
    private const byte OpcodeMask = 0x0F;
    private const byte CloseOpcode = 0x8;
    private const byte MaskedBit = 0x80;
    private const byte LengthMask = 0x7F;
    private const byte Length16 = 126;
    private const int MaskLength = 4;

    private byte _opcode;
    private bool _hasOpcode;
    private bool _hasLength;
    private int _headLeft;
    private int _lengthBytesLeft;
    private ulong _payloadLeft;

    /// <summary>Whether the bytes so far end with a frame, or there were none.</summary>
    public readonly bool IsBetweenFrames => !_hasOpcode;

    /// <summary>Whether a whole Close frame has passed: nothing but the other side's is to come.</summary>
    public bool HasClosed { get; private set; }

    /// <summary>Follows all of the bytes.</summary>
    public void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[FollowFrame(bytes)..];
    }

    /// <summary>Follows the bytes up to the end of the frame that they are in.</summary>
    /// <returns>How many bytes belong to it: all of them when it does not end among them.</returns>
    public int FollowFrame(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            if (!_hasLength || _headLeft > 0)
            {
                FollowHead(bytes[at++]);
            }
            else
            {
                var payload = (int)Math.Min(_payloadLeft, (ulong)(bytes.Length - at));
                at += payload;
                _payloadLeft -= (ulong)payload;
            }
            if (_hasLength && _headLeft == 0 && _payloadLeft == 0)
            {
                End();
                return at;
            }
        }
        return at;
    }

    private void FollowHead(byte value)
    {
        if (!_hasOpcode)
        {
            (_opcode, _hasOpcode) = ((byte)(value & OpcodeMask), true);
        }
        else if (!_hasLength)
        {
            var length = value & LengthMask;
            _lengthBytesLeft = length < Length16 ? 0 : length == Length16 ? sizeof(ushort) : sizeof(ulong);
            _headLeft = _lengthBytesLeft + ((value & MaskedBit) == 0 ? 0 : MaskLength);
            _payloadLeft = _lengthBytesLeft == 0 ? (ulong)length : 0;
            _hasLength = true;
        }
        else
        {
            _headLeft--;
            if (_lengthBytesLeft == 0)
                return;
            _lengthBytesLeft--;
            _payloadLeft = (_payloadLeft << 8) | value;
        }
    }

    private void End()
    {
        HasClosed |= _opcode == CloseOpcode;
        (_hasOpcode, _hasLength) = (false, false);
    }
}
