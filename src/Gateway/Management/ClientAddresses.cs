using System.Net;
using System.Net.Sockets;
using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>Clients' addresses as they may be shown: whole, or the network that they are from.</summary>
internal sealed class ClientAddresses : IConfigurationListener
{
    private const int ShownOfIPv4 = 24;
    private const int ShownOfIPv6 = 48;
    private volatile bool _full;

    public void Apply(Snapshot snapshot) => _full = snapshot.Get(ManagementSettings.Section)!.FullClientAddresses;

    /// <summary>The address as it may be shown; <c>unknown</c> where there is none.</summary>
    public string Show(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return _full ? address.ToString() : Network(address);
    }

    private static string Network(IPAddress address)
    {
        var bits = address.AddressFamily == AddressFamily.InterNetwork ? ShownOfIPv4 : ShownOfIPv6;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return $"{new IPAddress(bytes)}/{bits}";
    }
}
