using System.Net;
using System.Net.Sockets;

namespace Gateway.Telemetry;

/// <summary>A client's address as it may be shown: the one place that shortens.</summary>
internal static class ShownAddress
{
    private const int ShownOfIPv4 = 24;
    private const int ShownOfIPv6 = 48;

    /// <summary>The address in the form that operators search for; shortened, the first address of its network.</summary>
    public static IPAddress Of(IPAddress address, ClientAddressForm form)
    {
        // A socket for both families shows IPv4 clients in IPv6 clothes.
        var shown = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return form == ClientAddressForm.Shortened ? NetworkOf(shown) : shown;
    }

    /// <summary>The bits of an address that are left when it is shortened.</summary>
    public static int BitsOf(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork ? ShownOfIPv4 : ShownOfIPv6;

    private static IPAddress NetworkOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        bytes[(BitsOf(address) / 8)..length].Clear();
        return new IPAddress(bytes[..length]);
    }
}
