using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;
using Polly.CircuitBreaker;

namespace Gateway.CircuitBreaking;

/// <summary>Tells how a destination's circuit stands.</summary>
internal sealed class CircuitStatus(CircuitGate gate) : IDestinationPart
{
    public string Name => "circuit";

    public void Write(Utf8JsonWriter json, DestinationId id)
    {
        var circuit = gate.Look(id);
        var state = circuit.State;
        json.WriteStartObject();
        json.WriteString("state", !circuit.Settings.Enabled ? "off" : state switch
        {
            CircuitState.Closed => "closed",
            CircuitState.HalfOpen => "halfOpen",
            _ => "open",
        });
        json.WriteNumber("failuresInRow", circuit.FailuresInRow);
        json.WriteNumber("failureThreshold", circuit.Settings.FailureThreshold);
        WriteSeconds(json, "openForSeconds", circuit.OpenFor);
        WriteSeconds(json, "secondsToProbe", state == CircuitState.Closed ? null : circuit.TimeToProbe);
        json.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } value)
            json.WriteNumber(name, Math.Round(value.TotalSeconds, 1));
        else
            json.WriteNull(name);
    }
}
