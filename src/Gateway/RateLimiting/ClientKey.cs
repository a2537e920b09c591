using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Gateway.Telemetry;

namespace Gateway.RateLimiting;

/// <summary>
/// Whose bucket: a client's address or the value of a header, in 16 bytes whatever a client sends.
/// </summary>
internal readonly record struct ClientKey(UInt128 Value, bool IsHeader)
{
    private const int ShownOfHash = 4;

    // A client that does not know the seed cannot choose values that fall together with another's.
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    // The bucket's hash is quick and no more: who sees enough of it for values of their own could work the seed out.
    private static readonly byte[] ShownKey = RandomNumberGenerator.GetBytes(32);

    /// <summary>Spreads clients over tables; addresses are as little alike as their owners make them.</summary>
    public uint Hash => (uint)HashCode.Combine((ulong)Value, (ulong)(Value >> 64), IsHeader);

    public static ClientKey Of(HttpContext context, string? headerName)
    {
        if (Header(context, headerName) is { } value)
            return new(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(value.AsSpan()), Seed), IsHeader: true);
        return Of(context.Connection.RemoteIpAddress);
    }

    /// <summary>The same in words.</summary>
    public static string Describe(HttpContext context, string? headerName)
    {
        if (Header(context, headerName) is { } value)
            return $"{headerName}: {FieldText.Decode(value)}";
        var address = context.Connection.RemoteIpAddress;
        if (address is not { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false })
            return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString() ?? "unknown";
        var prefix = address.GetAddressBytes();
        prefix.AsSpan(8).Clear();
        return $"{new IPAddress(prefix)}/64";
    }

    /// <summary>
    /// The same for those who may not know a client's address whole, and never its header: that is often a
    /// credential, and shown by a few digits of its hash.
    /// </summary>
    public string Show(Func<IPAddress?, string> showAddress)
    {
        Span<byte> bytes = stackalloc byte[16];
        MemoryMarshal.Write(bytes, Value);
        if (IsHeader)
            return $"#{Convert.ToHexStringLower(HMACSHA256.HashData(ShownKey, bytes).AsSpan(0, ShownOfHash))}";
        if (bytes[15] == 0)
            return Value == UInt128.Zero ? showAddress(null) : showAddress(new IPAddress(bytes[..4]));
        bytes[15] = 0;
        return showAddress(new IPAddress(bytes));
    }

    // The first line decides: all lines together would be another client with each line that is added.
    private static string? Header(HttpContext context, string? name) =>
        name is not null && context.Request.Headers.TryGetValue(name, out var values) && values is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>An IPv4 address whole; of an IPv6 address the /64, as one subscriber has all of that.</summary>
    public static ClientKey Of(IPAddress? address)
    {
        if (address is null)
            return default;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (address.IsIPv4MappedToIPv6)
            {
                bytes[12..].CopyTo(bytes);
                bytes[4..].Clear();
            }
            else
            {
                bytes[8..].Clear();
                // Keeps 0102:0304::/64 apart from 1.2.3.4.
                bytes[15] = 1;
            }
        }
        return new(MemoryMarshal.Read<UInt128>(bytes), IsHeader: false);
    }
}
