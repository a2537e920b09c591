using System.Net;

namespace Gateway.Telemetry;

/// <summary>Writes the addresses of clients, all of each or its network alone.</summary>
internal sealed class ClientAddressText(ClientAddressForm form)
{
    /// <summary>The bytes that the longest address takes, with its zone.</summary>
    public const int Longest = 80;

    /// <summary>Writes <paramref name="address"/> and returns the bytes that it took; none where there is no address.</summary>
    public int Write(IPAddress? address, Span<byte> text) =>
        address is not null && ShownAddress.Of(address, form).TryFormat(text, out var length) ? length : 0;
}
