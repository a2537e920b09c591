using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gateway.Forwarding.Messages;

/// <summary>The characters of a request's target: what may be sent, and how the rest is written.</summary>
internal static class TargetText
{
    // The HTTP client writes a target without a look at it. A space would end it, a line end begin a field, and at the first
    // character beyond ASCII it stops and sends what its buffer held before. A '#' is no part of a target (RFC 9112 §3.2).
    private static readonly SearchValues<char> Sendable = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Select(c => (char)c).Where(c => c != '#')]);

    private static readonly SearchValues<char> Malformed = SearchValues.Create([.. Enumerable.Range(0, '!').Select(c => (char)c), (char)0x7F]);

    /// <summary>Whether nothing in it has to be escaped.</summary>
    public static bool IsSendable(ReadOnlySpan<char> text) => !text.ContainsAnyExcept(Sendable);

    /// <summary>Whether it holds what no request line can: controls, spaces, DEL. Beyond a field's rules, HTTP/2 has none for them.</summary>
    public static bool IsMalformed(ReadOnlySpan<char> text) => text.ContainsAny(Malformed);

    /// <summary>Percent-encodes what may not be sent of a target as it came, where each character is a byte. Escapes are left as they are.</summary>
    public static string EscapeOctets(string text) => Escape(text, Encoding.Latin1);

    /// <summary>Percent-encodes what may not be sent of a text, by its UTF-8. Escapes are left as they are.</summary>
    public static string EscapeText(string text) => Escape(text, Encoding.UTF8);

    private static string Escape(string text, Encoding encoding)
    {
        if (IsSendable(text))
            return text;
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var octet in encoding.GetBytes(text))
        {
            if (Sendable.Contains((char)octet))
                escaped.Append((char)octet);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
        }
        return escaped.ToString();
    }
}
