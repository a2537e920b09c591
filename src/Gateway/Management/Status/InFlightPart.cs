using System.Text.Json;

namespace Gateway.Management.Status;

/// <summary>What is under way: how much, and the oldest of it.</summary>
internal sealed class InFlightPart(IInFlightReport report) : IGatewayPart
{
    private const int MostListed = 20;
    private const int LongestPath = 256;

    public string Name => "inFlight";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("count", report.Count);
        json.WriteStartArray("oldest");
        foreach (var exchange in report.Oldest(MostListed))
            Write(json, exchange);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InFlightExchange exchange)
    {
        json.WriteStartObject();
        json.WriteString("kind", exchange.Kind);
        json.WriteString("method", exchange.Method);
        json.WriteString("path", exchange.Path.Length > LongestPath ? exchange.Path.AsSpan(0, LongestPath) : exchange.Path);
        json.WriteString("route", exchange.Route);
        json.WriteString("cluster", exchange.Cluster);
        json.WriteString("destination", exchange.Destination);
        json.WriteNumber("ageSeconds", Math.Round(exchange.AgeSeconds, 1));
        json.WriteString("traceId", exchange.TraceId);
        json.WriteEndObject();
    }
}
