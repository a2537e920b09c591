using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Management.Status;

/// <summary>The configuration in force, and what became of the last saves.</summary>
internal sealed class ReloadStatus(ConfigurationStore configuration, Receipts receipts) : IGatewayPart
{
    // A save may change thousands of things, or be wrong in as many places: the log has them all.
    private const int MostTold = 50;

    public string Name => "configuration";

    public void Write(Utf8JsonWriter json)
    {
        var all = receipts.All;
        json.WriteStartObject();
        json.WriteNumber("version", configuration.Current.Version);
        json.WritePropertyName("lastReload");
        if (all.Count > 0)
            Write(json, all[0]);
        else
            json.WriteNullValue();
        json.WriteStartArray("reloads");
        foreach (var receipt in all)
            Write(json, receipt);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Receipt receipt)
    {
        json.WriteStartObject();
        json.WriteString("time", receipt.Time);
        json.WriteString("outcome", receipt.Outcome == ReloadOutcome.Applied ? "applied" : "rejected");
        json.WriteNumber("version", receipt.Version);
        json.WriteString("summary", receipt.Summary);
        WriteTexts(json, "changes", receipt.Changes);
        WriteTexts(json, "liveState", receipt.LiveState);
        json.WriteStartArray("faults");
        foreach (var fault in receipt.Faults.Take(MostTold))
            Write(json, fault);
        json.WriteEndArray();
        json.WriteNumber("faultCount", receipt.Faults.Count);
        json.WriteEndObject();
    }

    private static void WriteTexts<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items.Take(MostTold))
            json.WriteStringValue(item?.ToString());
        if (items.Count > MostTold)
            json.WriteStringValue($"and {items.Count - MostTold} more");
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Fault fault)
    {
        json.WriteStartObject();
        json.WriteString("path", fault.Path);
        json.WriteString("found", fault.Found);
        json.WriteString("problem", fault.Problem);
        json.WriteString("place", fault.Place);
        json.WriteEndObject();
    }
}
