using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>What the management endpoint shows.</summary>
public sealed record ManagementSettings
{
    public static readonly SettingsSection<ManagementSettings> Section = new(SettingsScope.Gateway, "Management", new());

    /// <summary>Whether status and decisions show clients' addresses whole; else the /24 of an IPv4 and the /48 of an IPv6 address.</summary>
    public bool FullClientAddresses { get; init; }
}
