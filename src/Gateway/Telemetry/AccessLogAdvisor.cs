using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>Finds settings of the access log that another one makes idle.</summary>
internal sealed class AccessLogAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        if (snapshot.Get(AccessLogSettings.Section) is { Format: AccessLogFormat.Combined, Fields.Count: > 0 })
            yield return new Advice("Gateway:AccessLog:Fields", "the combined format has its own fields, so this list selects nothing; Format Json would fit, or no list.");
    }
}
