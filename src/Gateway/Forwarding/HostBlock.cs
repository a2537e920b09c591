using System.Buffers;

namespace Gateway.Forwarding;

/// <summary>Puts a hidden <c>Host</c> where it belongs in a block of fields (RFC 7541 §6).</summary>
internal ref struct HostBlock
{
    private const int Authority = 1;
    private ReadOnlySpan<byte> _rest;

    public static ReadOnlySpan<byte> Reveal(ReadOnlySpan<byte> block)
    {
        if (!TryFind(block, out var host))
            return block;
        var output = new ArrayBufferWriter<byte>(block.Length + host.Length);
        var reader = new HostBlock { _rest = block };
        while (reader.TryRead(out var field, out var index, out var name, out _))
        {
            if (index == Authority)
                WriteAuthority(output, host);
            else if (!HiddenHost.IsName(name))
                output.Write(field);
        }
        return output.WrittenSpan;
    }

    private static bool TryFind(ReadOnlySpan<byte> block, out ReadOnlySpan<byte> host)
    {
        var reader = new HostBlock { _rest = block };
        while (reader.TryRead(out _, out _, out var name, out host))
        {
            if (HiddenHost.IsName(name))
                return true;
        }
        return false;
    }

    private bool TryRead(out ReadOnlySpan<byte> field, out int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var start = _rest;
        index = 0;
        name = value = default;
        if (!start.IsEmpty)
        {
            if ((start[0] & 0x80) != 0)
                ReadInteger(7);
            else if ((start[0] & 0xE0) == 0x20)
                ReadInteger(5);
            else
            {
                index = ReadInteger((start[0] & 0x40) != 0 ? 6 : 4);
                name = index == 0 ? ReadString() : default;
                value = ReadString();
            }
        }
        field = start[..(start.Length - _rest.Length)];
        return !start.IsEmpty;
    }

    // What the HTTP client writes is never Huffman-coded; what would be is not looked into.
    private ReadOnlySpan<byte> ReadString()
    {
        var length = ReadInteger(7);
        var text = _rest[..length];
        _rest = _rest[length..];
        return text;
    }

    // RFC 7541 §5.1.
    private int ReadInteger(int prefix)
    {
        var most = (1 << prefix) - 1;
        var value = Next() & most;
        if (value < most)
            return value;
        for (var shift = 0; ; shift += 7)
        {
            var next = Next();
            value = checked(value + ((next & 0x7F) << shift));
            if ((next & 0x80) == 0)
                return value;
        }
    }

    private byte Next()
    {
        var next = _rest[0];
        _rest = _rest[1..];
        return next;
    }

    private static void WriteAuthority(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> host)
    {
        Write(output, Authority);
        var length = host.Length;
        if (length >= 0x7F)
        {
            Write(output, 0x7F);
            for (length -= 0x7F; length >= 0x80; length >>= 7)
                Write(output, 0x80 | (length & 0x7F));
        }
        Write(output, length);
        output.Write(host);
    }

    private static void Write(ArrayBufferWriter<byte> output, int octet) => output.Write([(byte)octet]);
}
