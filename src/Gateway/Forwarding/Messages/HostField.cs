using System.Buffers;
using System.Globalization;
using System.Net;

namespace Gateway.Forwarding.Messages;

/// <summary>
/// What a <c>Host</c> field may say: a name, an address, a port (RFC 9110 §7.2). The server lets more pass, which the HTTP
/// client does not take for a host: it would send that beside a Host of its own.
/// </summary>
internal static class HostField
{
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> Label = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz");

    public static bool IsValid(ReadOnlySpan<char> host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']') + 1 : host.IndexOf(':');
        if (end < 0)
            end = host.Length;
        return (host.StartsWith('[') ? IsAddress(host[..end]) : IsName(host[..end])) && IsPort(host[end..]);
    }

    private static bool IsAddress(ReadOnlySpan<char> host) =>
        host.Length > 2 && host.Contains(':') && !host.Contains('%') && IPAddress.IsValid(host[1..^1]);

    // A name may end with a dot, as one of the root.
    private static bool IsName(ReadOnlySpan<char> host)
    {
        if (host.EndsWith('.'))
            host = host[..^1];
        while (host.IndexOf('.') is var dot and >= 0)
        {
            if (!IsLabel(host[..dot]))
                return false;
            host = host[(dot + 1)..];
        }
        return IsLabel(host);
    }

    private static bool IsLabel(ReadOnlySpan<char> label) => label.Length is > 0 and <= LongestLabel && !label.ContainsAnyExcept(Label);

    // RFC 3986 §3.2.3: the digits may be missing.
    private static bool IsPort(ReadOnlySpan<char> port) => port.Length == 0
        || (port[0] == ':' && (port.Length == 1 || ushort.TryParse(port[1..], NumberStyles.None, CultureInfo.InvariantCulture, out _)));
}
