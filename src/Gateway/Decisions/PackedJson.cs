using System.IO.Compression;

namespace Gateway.Decisions;

/// <summary>A JSON value that is kept for long and read seldom: packed, as thousands of much the same are remembered. Immutable.</summary>
internal sealed class PackedJson
{
    private const int Quickest = 1;
    private const int WindowBits = 18;

    private readonly byte[] _packed;
    private readonly int _length;

    public PackedJson(ReadOnlySpan<byte> json)
    {
        var room = new byte[BrotliEncoder.GetMaxCompressedLength(json.Length)];
        if (!BrotliEncoder.TryCompress(json, room, out var written, Quickest, WindowBits))
            throw new InvalidOperationException("There was not room enough for the packed text.");
        (_packed, _length) = (room[..written], json.Length);
    }

    public byte[] Unpack()
    {
        var json = new byte[_length];
        if (!BrotliDecoder.TryDecompress(_packed, json, out var written) || written != _length)
            throw new InvalidOperationException("The packed text is damaged.");
        return json;
    }
}
