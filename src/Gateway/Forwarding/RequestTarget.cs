using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Gateway.Forwarding;

/// <summary>
/// The path that goes to the backend: byte for byte what the client sent, less the dot segments
/// that were resolved before matching. The server hands the pipeline a decoded path, and encoding
/// that again would change what it says: <c>/a%2Fb</c> would become <c>/a%252Fb</c>.
/// </summary>
internal static partial class RequestTarget
{
    // RFC 3986 §3.3, pchar and the slash; '%' begins an escape that is left as it is. What a client may not
    // send but some do is let through where it cannot be taken for an end of the line or of the path.
    private static readonly SearchValues<char> Unsafe = SearchValues.Create(
        [.. Enumerable.Range(0, 0x21).Select(c => (char)c), '#', '?', (char)0x7F]);

    /// <summary>The raw path to send in place of <paramref name="path"/>, or null when the two cannot be brought together and the path is to be encoded anew.</summary>
    /// <param name="rawTarget">The request target as it came (RFC 9112 §3.2).</param>
    /// <param name="matched">The decoded path that the route was matched with.</param>
    /// <param name="path">The path to send, decoded: the matched one, or what transforms made of it.</param>
    public static string? Of(string rawTarget, string matched, string path)
    {
        var raw = PathOf(rawTarget);
        if (raw is null)
            return null;
        // Nothing escaped and no dots: raw and decoded are the same text.
        if (raw.Length == matched.Length && raw.Equals(matched, StringComparison.Ordinal) && ReferenceEquals(matched, path))
            return IsSafe(raw) ? raw : Escape(raw);
        raw = WithoutDotSegments(raw);
        // The proof that what is sent is what was matched: decoded as the server decodes, it is the same.
        if (DecodedPath.Of(raw) is not { } decoded || decoded.Text != matched)
            return null;
        return matched == path ? Escape(raw) : Transformed(raw, decoded, path);
    }

    /// <summary>Encodes a path that has no raw counterpart. An escaped slash is the one escape that a decoded path can hold.</summary>
    public static string Encode(string path) => new PathString(UnescapedPercent().Replace(path, "%25")).ToUriComponent();

    // Origin form and absolute form; what else there is (authority, asterisk) has no path to keep.
    private static string? PathOf(string rawTarget)
    {
        var start = 0;
        if (!rawTarget.StartsWith('/'))
        {
            var scheme = rawTarget.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return null;
            start = rawTarget.IndexOf('/', scheme + 3);
            if (start < 0)
                return null;
        }
        var query = rawTarget.IndexOf('?', start);
        return start == 0 && query < 0 ? rawTarget : query < 0 ? rawTarget[start..] : rawTarget[start..query];
    }

    // RFC 3986 §5.2.4 over the raw text, where a dot may be written as %2e.
    private static string WithoutDotSegments(string raw)
    {
        if (!raw.Contains("/.", StringComparison.Ordinal) && !raw.Contains("/%2e", StringComparison.OrdinalIgnoreCase))
            return raw;
        var kept = new List<string>();
        var segments = raw.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            switch (segments[i].Replace("%2e", ".", StringComparison.OrdinalIgnoreCase))
            {
                case ".." when kept.Count > 0:
                    kept.RemoveAt(kept.Count - 1);
                    goto case ".";
                case "..":
                case ".":
                    if (last)
                        kept.Add("");
                    break;
                default:
                    kept.Add(segments[i]);
                    break;
            }
        }
        return "/" + string.Join('/', kept);
    }

    // A transform that cuts off or puts on a prefix leaves the rest as the client sent it.
    private static string Transformed(string raw, DecodedPath decoded, string path)
    {
        var matched = decoded.Text;
        var common = 0;
        while (common < path.Length && common < matched.Length && path[^(common + 1)] == matched[^(common + 1)])
            common++;
        // Half a character is not the same as another's half.
        if (common > 0 && char.IsLowSurrogate(path[^common]))
            common--;
        return string.Concat(Encode(path[..^common]), Escape(raw[decoded.RawIndex(matched.Length - common)..]));
    }

    private static bool IsSafe(ReadOnlySpan<char> raw) => !raw.ContainsAny(Unsafe) && Ascii.IsValid(raw);

    private static string Escape(string raw)
    {
        if (IsSafe(raw))
            return raw;
        var escaped = new StringBuilder(raw.Length + 8);
        foreach (var octet in Encoding.UTF8.GetBytes(raw))
        {
            if (octet < 0x80 && !Unsafe.Contains((char)octet))
                escaped.Append((char)octet);
            else
                escaped.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{octet:X2}");
        }
        return escaped.ToString();
    }

    [GeneratedRegex("%(?!2[Ff])", RegexOptions.CultureInvariant)]
    private static partial Regex UnescapedPercent();
}
