using Microsoft.Extensions.Primitives;

namespace Gateway.Telemetry;

/// <summary>
/// The <c>tracestate</c> header (W3C Trace Context §3.3): what tracing systems pass on to each other.
/// It is passed on as it came where it is well formed, and dropped as a whole where it is not.
/// </summary>
internal static class TraceState
{
    private const int MostMembers = 32;
    private const int MostCharacters = 512;
    private const int LongMember = 128;
    private const int LongestKey = 256;
    private const int LongestValue = 256;

    /// <summary>What of the header goes on; nothing where it is malformed or <paramref name="traceparent"/> names no trace to which it could belong.</summary>
    public static StringValues Clean(string? traceparent, StringValues header)
    {
        if (!TraceContext.IsNamedBy(traceparent))
            return default;
        var text = header.Count == 1 ? header[0] ?? "" : string.Join(',', header.ToArray());
        if (CountMembers(text) is not (> 0 and <= MostMembers))
            return default;
        if (text.Length > MostCharacters)
            return Shorten(text);
        return header.Count == 1 ? header : text;
    }

    // 0: none, or one that is malformed.
    private static int CountMembers(ReadOnlySpan<char> text)
    {
        Span<Range> members = stackalloc Range[MostMembers + 1];
        var count = 0;
        foreach (var part in text.Split(','))
        {
            var member = Trim(text[part]);
            // Members may be empty.
            if (member.IsEmpty)
                continue;
            if (!IsMember(member) || count > MostMembers || IsKnown(text, members[..count], KeyOf(member)))
                return 0;
            members[count++] = part;
        }
        return count;
    }

    private static bool IsKnown(ReadOnlySpan<char> text, ReadOnlySpan<Range> members, ReadOnlySpan<char> key)
    {
        foreach (var member in members)
        {
            if (KeyOf(Trim(text[member])).SequenceEqual(key))
                return true;
        }
        return false;
    }

    private static bool IsMember(ReadOnlySpan<char> member)
    {
        var at = member.IndexOf('=');
        return at is > 0 and <= LongestKey && char.IsAsciiLetterLower(member[0]) | char.IsAsciiDigit(member[0])
            && !member[..at].ContainsAnyExcept(KeyCharacters)
            && member.Length - at - 1 is > 0 and <= LongestValue && !member[(at + 1)..].ContainsAnyExcept(ValueCharacters);
    }

    private static ReadOnlySpan<char> KeyOf(ReadOnlySpan<char> member) => member[..member.IndexOf('=')];

    private static ReadOnlySpan<char> Trim(ReadOnlySpan<char> member) => member.Trim(" \t");

    // §3.3.1.5: whole members go, the long ones first, then from the end.
    private static string Shorten(string text)
    {
        var members = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToList();
        var length = members.Sum(member => member.Length + 1) - 1;
        for (var i = members.Count - 1; i >= 0 && length > MostCharacters; i--)
        {
            if (members[i].Length > LongMember)
                Remove(i);
        }
        while (length > MostCharacters)
            Remove(members.Count - 1);
        return string.Join(',', members);

        void Remove(int i)
        {
            length -= members[i].Length + 1;
            members.RemoveAt(i);
        }
    }

    private static readonly System.Buffers.SearchValues<char> KeyCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-*/@");

    // Printable ASCII but for the comma and the equals sign; a space at the end was trimmed.
    private static readonly System.Buffers.SearchValues<char> ValueCharacters =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c).Where(c => c is not (',' or '='))]);
}
