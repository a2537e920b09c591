using System.Security.Cryptography;
using System.Text;

namespace Gateway.Forwarding;

/// <summary>
/// A <c>Host</c> that the client chose, on its way to a destination with TLS. Told by its own name, the HTTP client would take it
/// for the name that TLS asks for and for a part of its pools' key, and every Host that a client makes up would have connections
/// of its own. So it travels in a field of another name, and takes its place when the head is written.
/// </summary>
internal static class HiddenHost
{
    private const string Host = "Host";
    private const int ColonAndSpace = 2;

    /// <summary>Of the field that it travels in. Its name is random: no client can send it.</summary>
    public static readonly string Name = $"host-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    private static readonly byte[] NameBytes = Encoding.ASCII.GetBytes(Name);

    private static volatile bool _isUsed;

    /// <summary>Puts the request's <c>Host</c> out of the HTTP client's sight.</summary>
    /// <param name="request">A request to a destination with TLS.</param>
    /// <param name="serverName">The name that TLS is to ask for in its place; null: the one of the address.</param>
    public static void Hide(HttpRequestMessage request, string? serverName)
    {
        var headers = request.Headers;
        if (!headers.NonValidated.TryGetValues(Host, out var values) || values.ToString() is var host && host == serverName)
            return;
        _isUsed = true;
        headers.Remove(Host);
        if (serverName is not null)
            headers.TryAddWithoutValidation(Host, serverName);
        headers.TryAddWithoutValidation(Name, host);
    }

    /// <summary>Whether a hidden <c>Host</c> is among these bytes of HTTP/1.1 or of frames of HTTP/2.</summary>
    public static bool IsIn(ReadOnlySpan<byte> bytes) => _isUsed && bytes.IndexOf(NameBytes) >= 0;

    /// <summary>Whether this is the name of the field that it travels in.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) => name.SequenceEqual(NameBytes);

    /// <summary>Puts it where it belongs in a request of HTTP/1.1, whose head is written in one piece.</summary>
    public static byte[] Reveal(ReadOnlySpan<byte> request)
    {
        var hidden = request.IndexOf(NameBytes);
        var next = hidden + LineLength(request[hidden..]);
        var before = request.IndexOf("\r\nHost: "u8) + "\r\nHost: "u8.Length;
        var after = before + LineLength(request[before..]);
        ReadOnlySpan<byte> line = request[(hidden + NameBytes.Length + ColonAndSpace)..next];
        // Behind the one line as behind the other; a destination's own Host may stand on either side.
        return hidden > before
            ? [.. request[..before], .. line, .. request[after..hidden], .. request[next..]]
            : [.. request[..hidden], .. request[next..before], .. line, .. request[after..]];
    }

    private static int LineLength(ReadOnlySpan<byte> line) => line.IndexOf("\r\n"u8) + "\r\n"u8.Length;
}
