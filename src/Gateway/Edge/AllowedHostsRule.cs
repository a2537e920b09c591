using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>Checks <c>AllowedHosts</c>: with a pattern that no host is like, every request would be refused.</summary>
internal sealed class AllowedHostsRule : IConfigurationRule
{
    public void Check(IConfiguration configuration, FaultList faults)
    {
        foreach (var (path, value) in configuration.GetSection(AllowedHosts.Key).AsEnumerable())
        {
            foreach (var pattern in (value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (!AllowedHosts.IsPattern(pattern))
                    faults.Add(path, pattern, "is no host; allowed are names or addresses without a scheme, divided by semicolons, *.example.com for all below, or *.");
            }
        }
    }
}
