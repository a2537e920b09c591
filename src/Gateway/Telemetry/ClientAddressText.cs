using System.Net;
using System.Net.Sockets;

namespace Gateway.Telemetry;

/// <summary>Writes the addresses of clients, all of each or its network alone.</summary>
internal sealed class ClientAddressText(ClientAddressForm form)
{
    /// <summary>The bytes that the longest address takes, with its zone.</summary>
    public const int Longest = 80;
    private const int KeptOfIPv4 = 3;
    private const int KeptOfIPv6 = 6;

    /// <summary>Writes <paramref name="address"/> and returns the bytes that it took; none where there is no address.</summary>
    public int Write(IPAddress? address, Span<byte> text)
    {
        // A socket for both families shows IPv4 clients in IPv6 clothes; operators search for the address they know.
        var shown = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        if (shown is not null && form == ClientAddressForm.Shortened)
            shown = NetworkOf(shown);
        var length = 0;
        return shown?.TryFormat(text, out length) is true ? length : 0;
    }

    private static IPAddress NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes[(address.AddressFamily == AddressFamily.InterNetwork ? KeptOfIPv4 : KeptOfIPv6)..length].Clear();
        return new IPAddress(bytes[..length]);
    }
}
