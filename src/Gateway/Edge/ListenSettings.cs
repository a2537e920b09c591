using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>How the gateway listens, whatever the endpoint.</summary>
public sealed record ListenSettings
{
    public static readonly SettingsSection<ListenSettings> Section = new(SettingsScope.Gateway, "Listen", new(), Check);

    /// <summary>Whether other processes of the same user may listen on the same ports (SO_REUSEPORT, Linux only): a new gateway then takes over while the old one drains. Taken at the start only.</summary>
    public bool ReusePort { get; init; }

    private static void Check(ListenSettings settings, string path, FaultList faults)
    {
        if (settings.ReusePort && !ListenSockets.CanShare)
            faults.Add($"{path}:{nameof(ReusePort)}", "True", "is not possible on this operating system; Linux can share a port among processes.");
    }
}
