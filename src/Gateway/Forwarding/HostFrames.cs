using System.Buffers;
using System.Buffers.Binary;

namespace Gateway.Forwarding;

/// <summary>
/// Puts a hidden <c>Host</c> where it belongs in frames of HTTP/2 (RFC 9113 §4.1): it becomes the request's <c>:authority</c>.
/// The HTTP client writes whole frames and compresses without a dynamic table, so a block of fields stands for itself.
/// </summary>
internal static class HostFrames
{
    private const int HeadLength = 9;
    private const int LargestPayload = 16_384;
    private const byte Headers = 1, Continuation = 9;
    private const byte EndHeaders = 4;
    private static readonly int PrefaceLength = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.Length;

    public static ReadOnlyMemory<byte> Reveal(ReadOnlySpan<byte> frames)
    {
        var output = new ArrayBufferWriter<byte>(frames.Length + 256);
        if (frames.StartsWith("PRI "u8))
            Copy(ref frames, PrefaceLength, output);
        while (!frames.IsEmpty)
        {
            var length = LengthOf(frames);
            if (frames[3] == Headers)
                CopyHead(ref frames, output);
            else
                Copy(ref frames, length, output);
        }
        return output.WrittenMemory;
    }

    private static int LengthOf(ReadOnlySpan<byte> frame) => HeadLength + ((frame[0] << 16) | (frame[1] << 8) | frame[2]);

    private static void Copy(ref ReadOnlySpan<byte> frames, int length, ArrayBufferWriter<byte> output)
    {
        output.Write(frames[..length]);
        frames = frames[length..];
    }

    // A block too large for a frame goes on in others that follow at once (RFC 9113 §4.3).
    private static void CopyHead(ref ReadOnlySpan<byte> frames, ArrayBufferWriter<byte> output)
    {
        var first = frames[..HeadLength];
        var block = new ArrayBufferWriter<byte>();
        for (var ends = false; !ends;)
        {
            ends = (frames[4] & EndHeaders) != 0;
            var length = LengthOf(frames);
            block.Write(frames[HeadLength..length]);
            frames = frames[length..];
        }
        var revealed = HostBlock.Reveal(block.WrittenSpan);
        var type = Headers;
        do
        {
            var payload = revealed[..Math.Min(revealed.Length, LargestPayload)];
            revealed = revealed[payload.Length..];
            var flags = type == Headers ? first[4] & ~EndHeaders : 0;
            WriteFrame(output, payload, type, (byte)(revealed.IsEmpty ? flags | EndHeaders : flags), first[5..]);
            type = Continuation;
        }
        while (!revealed.IsEmpty);
    }

    private static void WriteFrame(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> payload, byte type, byte flags, ReadOnlySpan<byte> stream)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, payload.Length);
        output.Write(length[1..]);
        output.Write([type, flags]);
        output.Write(stream);
        output.Write(payload);
    }
}
