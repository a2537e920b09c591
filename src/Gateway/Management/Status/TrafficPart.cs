using System.Text.Json;
using Gateway.Management.Traffic;

namespace Gateway.Management.Status;

/// <summary>All traffic together, and how much of it was refused by whom.</summary>
internal sealed class TrafficPart(TrafficSampler traffic) : IGatewayPart
{
    public string Name => "total";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteTraffic(traffic.All);
        json.WriteHistory(traffic.All, ShownHistory.All, traffic.Steps);
        json.WriteStartArray("refused");
        foreach (var (gate, scope, figures) in traffic.Refusals.OrderBy(refusal => refusal.Gate, StringComparer.Ordinal).ThenBy(refusal => refusal.Scope, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("gate", gate);
            json.WriteString("scope", scope.Length > 0 ? scope : null);
            json.WriteNumber("perSecond", figures.RequestsPerSecond);
            json.WriteNumber("refusals", figures.Requests);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
