using System.Net;
using System.Text;

namespace Gateway.Commands;

/// <summary>The request that <c>gateway explain</c> is asked about, as a client would send it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path with its query, byte for byte: nothing of it is decoded or resolved here.</param>
/// <param name="Headers">The header fields, <c>Host</c> first.</param>
/// <param name="Client">The address that the connection comes from.</param>
/// <param name="Encrypted">Whether the URL says https.</param>
internal sealed record ExplainedRequest(
    string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, IPAddress Client, bool Encrypted)
{
    private const string DefaultHost = "localhost";

    public string Host => Headers.First(header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Reads the words of a command line.</summary>
    /// <exception cref="UsageException">One of them is not what it should be.</exception>
    public static ExplainedRequest Of(string method, string url, IEnumerable<string> headers, string? client)
    {
        if (!IsToken(method))
            throw new UsageException($"'{method}' is not a method such as GET.");
        var (encrypted, host, target) = Split(url);
        var fields = headers.Select(Field).ToList();
        if (!fields.Exists(field => field.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)))
            fields.Insert(0, new("Host", host));
        return new(method, target, fields, Address(client), encrypted);
    }

    /// <summary>The message as it stands on the wire (RFC 9112 §2.1).</summary>
    public string ToMessage()
    {
        var message = new StringBuilder($"{Method} {Target} HTTP/1.1\r\n");
        foreach (var (name, value) in Headers)
            message.Append(name).Append(": ").Append(value).Append("\r\n");
        return message.Append("\r\n").ToString();
    }

    // Cut by hand: a Uri would resolve dot segments and rewrite escapes, and those are what is asked about.
    private static (bool Encrypted, string Host, string Target) Split(string url)
    {
        if (url.Any(c => c is <= ' ' or >= '\u007f'))
            throw new UsageException($"'{url}' is not a URL: spaces and characters beyond ASCII must be percent-encoded.");
        var text = url.Split('#')[0];
        if (text.StartsWith('/'))
            return (false, DefaultHost, text);
        var encrypted = text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        if (!encrypted && !text.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"'{url}' is neither a URL such as http://shop.example.com/api?page=2 nor a path that begins with '/'.");
        var authority = text[(encrypted ? 8 : 7)..];
        var end = authority.IndexOfAny(['/', '?']);
        var target = end < 0 ? "/" : authority[end] == '?' ? "/" + authority[end..] : authority[end..];
        return (encrypted, CheckedHost(url, encrypted, end < 0 ? authority : authority[..end]), target);
    }

    // A port that the scheme implies is none that a client says.
    private static string CheckedHost(string url, bool encrypted, string authority)
    {
        if (authority.Contains('@', StringComparison.Ordinal))
            throw new UsageException($"'{url}' holds a user's name, which no client sends in a URL; say -H 'Authorization: …'.");
        if (!Uri.TryCreate($"{(encrypted ? "https" : "http")}://{authority}/", UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            throw new UsageException($"'{url}' is not a URL: '{authority}' is not a host, or its port is none.");
        return uri.IsDefaultPort && authority.LastIndexOf(':') is var colon && colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
    }

    private static KeyValuePair<string, string> Field(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 1 || !IsToken(text[..colon]))
            throw new UsageException($"'{text}' is not a header; it is written as 'Name: value'.");
        var value = text[(colon + 1)..].Trim();
        return value.Any(c => c is < ' ' and not '\t' or '\u007f')
            ? throw new UsageException($"The value of header {text[..colon]} holds characters that no header can carry.") : new(text[..colon], value);
    }

    private static IPAddress Address(string? client) =>
        client is null ? IPAddress.Loopback : IsWhole(client) && IPAddress.TryParse(client, out var address) ? address
            : throw new UsageException($"'{client}' is not an address such as 203.0.113.9 or 2001:db8::1.");

    // The parser takes 7 for 0.0.0.7, as C's did.
    private static bool IsWhole(string address) => address.Contains(':', StringComparison.Ordinal) || address.Count(c => c == '.') == 3;

    // RFC 9110 §5.6.2.
    private static bool IsToken(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}

/// <summary>Arguments that cannot be understood; the message says which and what was expected.</summary>
internal sealed class UsageException(string message) : Exception(message);
