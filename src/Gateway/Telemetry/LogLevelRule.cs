using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>Checks the levels in the <c>Logging</c> section: .NET would throw at the first wrong one, and not say where it stands.</summary>
internal sealed class LogLevelRule : IConfigurationRule
{
    private const string Levels = "LogLevel";

    public void Check(IConfiguration configuration, FaultList faults)
    {
        var logging = configuration.GetSection("Logging");
        // Logging:LogLevel:Category and Logging:Provider:LogLevel:Category.
        foreach (var section in logging.GetChildren().Select(provider => provider.Key.Equals(Levels, StringComparison.OrdinalIgnoreCase) ? provider : provider.GetSection(Levels)))
        {
            foreach (var level in section.GetChildren())
                ScalarParser.ParseEnum(level.Path, level.Value ?? "", typeof(LogLevel), faults);
        }
    }
}
