using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Configuration;

/// <summary>What stands in <c>Host</c>: what a route can match, and what a backend can be sent.</summary>
internal static class HostName
{
    /// <summary>
    /// A host without the dot behind it that names DNS's root: <c>shop.example.</c> is <c>shop.example</c>
    /// (RFC 3986 §3.2.2). The same string where there is none.
    /// </summary>
    public static string WithoutRootDot(string host)
    {
        var end = host.Length - 1;
        if (end > 0 && host[end] != '.')
            end = host.IndexOf(".:", StringComparison.Ordinal);
        // Less its dot, '*.' would be every host.
        return end > 0 && !host.StartsWith("*.", StringComparison.Ordinal) || end > 1 ? host.Remove(end, 1) : host;
    }

    /// <summary>Whether a request's host can be like it: a name, <c>*.name</c> or <c>*</c>, and a port or <c>*</c> behind a colon.</summary>
    public static bool IsMatchable(string pattern)
    {
        var (name, port) = Split(pattern);
        return (port is null or "*" || IsPort(port))
            && (name is "*" || IsName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name));
    }

    /// <summary>A host with punycode as it is matched; null where it has none.</summary>
    public static string? InOwnLetters(string host)
    {
        if (!host.Contains("xn--", StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            return string.Join('.', host.Split('.').Select(label => new IdnMapping().GetUnicode(label)));
        }
        catch (ArgumentException)
        {
            // No name has such letters.
            return "the name";
        }
    }

    /// <summary>Whether a backend can be sent it: an ASCII name or address, and a port behind a colon (RFC 9110 §7.2).</summary>
    public static bool IsSendable(string host)
    {
        var end = host.StartsWith('[') ? host.IndexOf(']', StringComparison.Ordinal) + 1 : 0;
        var (name, port) = Split(host[end..]);
        return (port is null || IsPort(port))
            && (end > 0 ? name.Length == 0 && IPAddress.TryParse(host[1..(end - 1)], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 : IsName(WithoutRootDot(name)) && name.All(char.IsAscii));
    }

    private static (string Name, string? Port) Split(string host) =>
        host.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? (host[..colon], host[(colon + 1)..]) : (host, null);

    private static bool IsPort(string port) => port.All(char.IsAsciiDigit) && ushort.TryParse(port, out var number) && number > 0;

    private static bool IsName(string name) => name.Split('.').All(static label => label.Length > 0 && label.All(IsOfName));

    // Beyond ASCII a name's letters may take several characters, some of which are no letters by themselves.
    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' || (c > '\u007f' && !char.IsWhiteSpace(c) && !char.IsControl(c));
}
