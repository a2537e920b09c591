using System.Text.Json;
using Gateway.Management.Status;

namespace Gateway.Management;

/// <summary>Whether the gateway takes requests, by everybody's word.</summary>
internal sealed class Readiness(IEnumerable<IReadiness> conditions, IHostApplicationLifetime application) : IGatewayPart
{
    private readonly IReadiness[] _conditions = [.. conditions];

    public string Name => "ready";

    /// <summary>What stands in the way; empty when nothing does.</summary>
    public string[] Reasons => [.. OfListening().Concat(_conditions.Select(condition => condition.NotReadyBecause)).OfType<string>()];

    public void Write(Utf8JsonWriter json)
    {
        var reasons = Reasons;
        json.WriteStartObject();
        json.WriteBoolean("isReady", reasons.Length == 0);
        json.WriteStartArray("reasons");
        foreach (var reason in reasons)
            json.WriteStringValue(reason);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The management endpoint is there first; the traffic's are when the whole application has started.
    private IEnumerable<string?> OfListening() =>
        [application.ApplicationStarted.IsCancellationRequested ? null : "the traffic endpoints do not listen yet"];
}
