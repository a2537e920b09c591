using System.Text.Json;
using Gateway.Management.Status;

namespace Gateway.Decisions;

/// <summary>Tells the last refusals.</summary>
internal sealed class RefusalsPart(DecisionRecord record, DecisionJson text) : IGatewayPart
{
    private const int Told = 50;

    public string Name => "refusals";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var decision in record.Ring.NewestFirst().Take(Told))
            text.Write(json, decision);
        json.WriteEndArray();
    }
}
