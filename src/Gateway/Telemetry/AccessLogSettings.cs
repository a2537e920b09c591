using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>The access log: one line a request on standard output.</summary>
public sealed record AccessLogSettings
{
    public static readonly SettingsSection<AccessLogSettings> Section = new(SettingsScope.Gateway, "AccessLog", new());

    /// <summary>Whether the log is written.</summary>
    public bool Enabled { get; init; } = true;
}
