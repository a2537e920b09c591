using System.Text.RegularExpressions;
using Gateway.Forwarding.Messages;

namespace Gateway.Forwarding;

/// <summary>
/// The path that goes to the backend: byte for byte what the client sent, less the dot segments
/// that were resolved before matching. The server hands the pipeline a decoded path, and encoding
/// that again would change what it says: <c>/a%2Fb</c> would become <c>/a%252Fb</c>.
/// </summary>
internal static partial class RequestTarget
{
    /// <summary>The raw path to send in place of <paramref name="path"/>, or null when the two cannot be brought together and the path is to be encoded anew.</summary>
    /// <param name="rawTarget">The request target as it came (RFC 9112 §3.2).</param>
    /// <param name="matched">The decoded path that the route was matched with.</param>
    /// <param name="path">The path to send, decoded: the matched one, or what transforms made of it.</param>
    public static string? Of(string rawTarget, string matched, string path)
    {
        var raw = PathOf(rawTarget);
        if (string.IsNullOrEmpty(raw))
            return null;
        // Nothing escaped and no dots: raw and decoded are the same text.
        if (raw.Length == matched.Length && raw.Equals(matched, StringComparison.Ordinal) && ReferenceEquals(matched, path))
            return TargetText.EscapeText(raw);
        raw = WithoutDotSegments(raw);
        // The proof that what is sent is what was matched: decoded as the server decodes, it is the same.
        if (DecodedPath.Of(raw) is not { } decoded || decoded.Text != matched)
            return null;
        return matched == path ? TargetText.EscapeText(raw) : Transformed(raw, decoded, path);
    }

    /// <summary>Encodes a path that has no raw counterpart. An escaped slash is the one escape that a decoded path can hold.</summary>
    public static string Encode(string path) => new PathString(UnescapedPercent().Replace(path, "%25")).ToUriComponent();

    /// <summary>A target's path and query as they stand in it. The path is null in the forms that have none, and empty in an absolute form without one.</summary>
    public static (string? Path, string Query) Split(string rawTarget)
    {
        var query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        return (PathOf(rawTarget), query < 0 ? "" : rawTarget[query..]);
    }

    /// <summary>The address to send to, as a text.</summary>
    /// <param name="prefix">The destination's address.</param>
    /// <param name="path">The path, which begins with a slash or is empty.</param>
    /// <param name="query">The query with its question mark, or nothing.</param>
    public static string Address(ReadOnlySpan<char> prefix, string path, string query)
    {
        if (path.StartsWith('/'))
            prefix = prefix.TrimEnd('/');
        // A request line has no place for an empty path (RFC 9112 §3.2.1).
        else if (!prefix[(prefix.IndexOf("://") + 3)..].Contains('/'))
            path = "/";
        return string.Concat(prefix, path, TargetText.EscapeText(query));
    }

    // Origin form and absolute form; what else there is (authority, asterisk) has no path to keep.
    private static string? PathOf(string rawTarget)
    {
        var start = 0;
        if (!rawTarget.StartsWith('/'))
        {
            var scheme = rawTarget.IndexOf("://", StringComparison.Ordinal);
            if (scheme < 0)
                return null;
            var end = rawTarget.AsSpan(scheme + 3).IndexOfAny('/', '?');
            if (end < 0)
                return "";
            start = scheme + 3 + end;
        }
        var query = rawTarget.IndexOf('?', start);
        return start == 0 && query < 0 ? rawTarget : query < 0 ? rawTarget[start..] : rawTarget[start..query];
    }

    /// <summary>A path less its dot segments (RFC 3986 §5.2.4), over the raw text, where a dot may be written as %2e.</summary>
    public static string WithoutDotSegments(string raw)
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
        return string.Concat(Encode(path[..^common]), TargetText.EscapeText(raw[decoded.RawIndex(matched.Length - common)..]));
    }

    [GeneratedRegex("%(?!2[Ff])", RegexOptions.CultureInvariant)]
    private static partial Regex UnescapedPercent();
}
