using System.IO.Hashing;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Primitives;

namespace Gateway.LoadBalancing;

/// <summary>
/// What a request is hashed by, in 8 bytes whatever a client sends. Without a seed, so that several
/// gateways send the same key to the same destination.
/// </summary>
internal sealed class HashKey(ConsistentHashSettings settings)
{
    private readonly string? _header = settings.HeaderName;
    private readonly string? _cookie = settings.CookieName;
    private readonly bool _path = settings.IsPath;

    /// <summary>The key's hash; the client address's where the request does not have what it is to be known by.</summary>
    public ulong Of(HttpContext context)
    {
        if (_path)
            return Of(context.Request.PathBase.Value, Of(context.Request.Path.Value, 0));
        if (_header is not null && context.Request.Headers.TryGetValue(_header, out var values) && !StringValues.IsNullOrEmpty(values))
            return Of(values);
        if (_cookie is not null && FindCookie(context.Request.Headers.Cookie, _cookie) is { IsEmpty: false } cookie)
            return Of(cookie, 0);
        return Of(context.Connection.RemoteIpAddress);
    }

    private static ulong Of(StringValues values)
    {
        var hash = 0UL;
        foreach (var value in values)
            hash = Of(value, hash);
        return hash;
    }

    private static ulong Of(ReadOnlySpan<char> text, ulong before) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), (long)before);

    // An IPv4 address is the same over a socket of IPv6.
    private static ulong Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.TryWriteBytes(bytes, out var length))
            return 0;
        return XxHash3.HashToUInt64(address.IsIPv4MappedToIPv6 ? bytes[12..] : bytes[..length]);
    }

    // RFC 6265 §4.2.1. What ASP.NET Core makes of it would be a dictionary for each request.
    private static ReadOnlySpan<char> FindCookie(StringValues lines, string name)
    {
        foreach (var line in lines)
        {
            foreach (var part in line.AsSpan().Split(';'))
            {
                var pair = line.AsSpan()[part].Trim();
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                    return pair[(name.Length + 1)..];
            }
        }
        return default;
    }
}
