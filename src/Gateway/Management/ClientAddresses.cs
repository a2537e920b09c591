using System.Net;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Management;

/// <summary>Clients' addresses as they may be shown: whole, or the network that they are from.</summary>
internal sealed class ClientAddresses : IConfigurationListener
{
    private volatile bool _full;

    public void Apply(Snapshot snapshot) => _full = snapshot.Get(ManagementSettings.Section)!.FullClientAddresses;

    /// <summary>The address as it may be shown; <c>unknown</c> where there is none.</summary>
    public string Show(IPAddress? address)
    {
        if (address is null)
            return "unknown";
        if (_full)
            return ShownAddress.Of(address, ClientAddressForm.Full).ToString();
        var network = ShownAddress.Of(address, ClientAddressForm.Shortened);
        return $"{network}/{ShownAddress.BitsOf(network)}";
    }
}
