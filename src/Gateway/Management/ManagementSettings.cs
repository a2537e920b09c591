using Gateway.Configuration;

namespace Gateway.Management;

/// <summary>What the management endpoint shows.</summary>
public sealed record ManagementSettings
{
    public static readonly SettingsSection<ManagementSettings> Section = new(SettingsScope.Gateway, "Management", new(), Check);

    internal const string HostsPath = $"Gateway:Management:{nameof(Hosts)}";

    /// <summary>Whether status and decisions show clients' addresses whole; else the /24 of an IPv4 and the /48 of an IPv6 address.</summary>
    public bool FullClientAddresses { get; init; }

    /// <summary>The names, without a port, that the page and the API answer to besides addresses, localhost and the machine's own name.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    private static void Check(ManagementSettings settings, string path, FaultList faults)
    {
        for (var i = 0; i < settings.Hosts.Count; i++)
        {
            if (Uri.CheckHostName(settings.Hosts[i]) is not UriHostNameType.Dns)
                faults.Add($"{path}:{nameof(Hosts)}:{i}", settings.Hosts[i], "is not a host's name; a name such as gateway.example.com is allowed, without scheme and port.");
        }
    }
}
