using System.Globalization;
using System.Text;

namespace Gateway.Forwarding;

/// <summary>
/// A raw path decoded as Kestrel decodes it, with the place of every character in the raw text. An
/// escaped slash and an escape that is no UTF-8 stay as they are.
/// </summary>
internal sealed class DecodedPath
{
    private const int EscapeLength = 3;
    private const int LongestSequence = 4;

    private readonly int[] _rawIndexes;

    private DecodedPath(string text, int[] rawIndexes) => (Text, _rawIndexes) = (text, rawIndexes);

    public string Text { get; }

    /// <summary>Decodes a path; null for one that no server should have let through.</summary>
    public static DecodedPath? Of(string raw)
    {
        if (!Ascii.IsValid(raw))
            return null;
        var text = new StringBuilder(raw.Length);
        var indexes = new List<int>(raw.Length + 1);
        for (var i = 0; i < raw.Length;)
        {
            var length = Append(text, raw, i);
            while (indexes.Count < text.Length)
                indexes.Add(i);
            i += length;
        }
        indexes.Add(raw.Length);
        return new(text.ToString(), [.. indexes]);
    }

    /// <summary>The index in the raw text of the character at <paramref name="index"/> of <see cref="Text"/>, or of its end.</summary>
    public int RawIndex(int index) => _rawIndexes[index];

    // Appends what stands at an index and returns how much of the raw text that was.
    private static int Append(StringBuilder text, string raw, int at)
    {
        Span<byte> octets = stackalloc byte[LongestSequence];
        var count = 0;
        while (count < LongestSequence && TryEscape(raw, at + count * EscapeLength, out var octet))
            octets[count++] = octet;
        if (count == 0 || octets[0] == (byte)'/'
            || Rune.DecodeFromUtf8(octets[..count], out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
        {
            text.Append(raw[at]);
            return 1;
        }
        text.Append(rune.ToString());
        return consumed * EscapeLength;
    }

    private static bool TryEscape(string raw, int at, out byte octet)
    {
        octet = 0;
        return at + EscapeLength <= raw.Length && raw[at] == '%'
            && char.IsAsciiHexDigit(raw[at + 1]) && char.IsAsciiHexDigit(raw[at + 2])
            && byte.TryParse(raw.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out octet);
    }
}
