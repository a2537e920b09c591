using System.Text;
using System.Text.Encodings.Web;

namespace Gateway.Forwarding.Messages;

/// <summary>Names and values as a query holds them.</summary>
internal static class QueryText
{
    /// <summary>Encodes a text.</summary>
    public static string Encode(string text) => UrlEncoder.Default.Encode(text);

    /// <summary>Encodes a part of a path. Its escapes stand for the same bytes in a query; what else it may hold could end a parameter there.</summary>
    public static string EncodePath(string raw)
    {
        var encoded = new StringBuilder(raw.Length + 8);
        for (var start = 0; start < raw.Length;)
        {
            var escape = raw.IndexOf('%', start);
            var end = escape < 0 ? raw.Length : escape;
            encoded.Append(Encode(raw[start..end]));
            if (escape < 0)
                break;
            start = end + (IsEscape(raw, end) ? 3 : 1);
            encoded.Append(IsEscape(raw, end) ? raw.AsSpan(end, 3) : "%25");
        }
        return encoded.ToString();
    }

    private static bool IsEscape(string raw, int at) => at + 2 < raw.Length && char.IsAsciiHexDigit(raw[at + 1]) && char.IsAsciiHexDigit(raw[at + 2]);
}
