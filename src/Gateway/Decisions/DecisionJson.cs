using System.Text.Json;
using Gateway.Management;

namespace Gateway.Decisions;

/// <summary>Puts a decision into words.</summary>
internal sealed class DecisionJson(ClientAddresses addresses)
{
    /// <summary>Writes the object's properties, for those who have more to say within it.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="decision">What to tell.</param>
    /// <param name="more">Writes what else was seen; null when there is nothing.</param>
    public void WriteProperties(Utf8JsonWriter json, Decision decision, Action<Utf8JsonWriter>? more = null)
    {
        var refusal = decision.Refusal;
        json.WriteString("time", decision.Time);
        json.WriteString("traceId", decision.Trace.TraceId);
        json.WriteString("method", decision.Method);
        json.WriteString("host", decision.Host);
        json.WriteString("path", decision.Path);
        json.WriteString("route", decision.Route.Length > 0 ? decision.Route : null);
        json.WriteString("cluster", decision.Cluster.Length > 0 ? decision.Cluster : null);
        json.WriteString("client", addresses.Show(decision.Client));
        json.WriteNumber("status", refusal.Status);
        json.WriteString("gate", refusal.Gate);
        json.WriteString("scope", refusal.Scope);
        json.WriteString("title", refusal.Title);
        json.WriteString("detail", refusal.Detail);
        json.WriteString("error", refusal.ProxyStatusError);
        json.WriteStartObject("saw");
        refusal.Seen?.Write(json);
        if (decision.ClusterState is { } cluster)
        {
            json.WritePropertyName("cluster");
            json.WriteRawValue(cluster.Unpack(), skipInputValidation: true);
        }
        if (decision.Attempts.Length > 0)
            WriteAttempts(json, decision);
        more?.Invoke(json);
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, Decision decision)
    {
        json.WriteStartObject();
        WriteProperties(json, decision);
        json.WriteEndObject();
    }

    private static void WriteAttempts(Utf8JsonWriter json, Decision decision)
    {
        json.WriteStartArray("attempts");
        foreach (var attempt in decision.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("destination", attempt.Destination);
            json.WriteString("error", attempt.Error);
            json.WriteNumber("seconds", Math.Round(attempt.Duration.TotalSeconds, 6));
            json.WriteBoolean("sent", attempt.Sent);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
