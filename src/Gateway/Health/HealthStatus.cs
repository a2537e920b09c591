using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;

namespace Gateway.Health;

/// <summary>Tells what the probes found of a destination, since when, and why.</summary>
internal sealed class HealthStatus(ProbedHealth probed, ConfigurationStore configuration) : IDestinationPart
{
    public string Name => "health";

    public void Write(Utf8JsonWriter json, DestinationId id)
    {
        var health = probed.Look(id);
        var standing = health.Standing;
        var isProbed = configuration.Current.Get(TcpProbeSettings.Section, id.Cluster) is { Enabled: true };
        json.WriteStartObject();
        json.WriteString("state", !isProbed ? "notProbed" : !standing.IsKnown ? "unknown" : standing.IsUp ? "up" : "down");
        json.WriteString("since", standing.SinceTime);
        json.WritePropertyName("lastFailure");
        Write(json, health.LastFailure);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ProbeFailure? failure)
    {
        if (failure is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteString("time", failure.Time);
        json.WriteString("reason", failure.Reason);
        json.WriteEndObject();
    }
}
