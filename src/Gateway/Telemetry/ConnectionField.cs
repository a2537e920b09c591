using System.Text;

namespace Gateway.Telemetry;

/// <summary>
/// Reads a request's <c>Connection</c> field before the server does: where one of its options is one that the server knows, the
/// server replaces the whole field by that option, and the names of fields that stood beside it are gone.
/// </summary>
/// <remarks>
/// An encoding is what the server lets others decide about a field while it parses. It gives every request an execution context
/// of its own, from its first byte on, which is what carries the names to the pipeline.
/// </remarks>
internal sealed class ConnectionField : Encoding
{
    public static readonly ConnectionField Decoder = new();

    private static readonly AsyncLocal<string?> Names = new();

    private ConnectionField()
    {
    }

    /// <summary>What the request's lines said that named more than the server's own options; null where none did.</summary>
    public static string? OfRequest => Names.Value;

    public override int GetCharCount(byte[] bytes, int index, int count) => count + (NamesFields(bytes.AsSpan(index, count)) ? 1 : 0);

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var line = bytes.AsSpan(byteIndex, byteCount);
        var text = chars.AsSpan(charIndex);
        Latin1.GetChars(line, text);
        if (!NamesFields(line))
            return byteCount;
        // The server takes the string of the request before where its bytes are the same, without decoding it: these never are.
        text[byteCount] = ' ';
        Names.Value = Names.Value is { } before ? $"{before},{text[..byteCount]}" : text[..byteCount].ToString();
        return byteCount + 1;
    }

    public override int GetMaxCharCount(int byteCount) => byteCount + 1;

    public override int GetByteCount(char[] chars, int index, int count) => count;

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetMaxByteCount(int charCount) => charCount;

    private static bool NamesFields(ReadOnlySpan<byte> line)
    {
        foreach (var range in line.Split((byte)','))
        {
            var option = line[range].Trim(" \t"u8);
            if (!option.IsEmpty && !Ascii.EqualsIgnoreCase(option, "keep-alive"u8) && !Ascii.EqualsIgnoreCase(option, "close"u8)
                && !Ascii.EqualsIgnoreCase(option, "upgrade"u8))
            {
                return true;
            }
        }
        return false;
    }
}
