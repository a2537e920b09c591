using System.Text.Json;
using Gateway.Management.Status;

namespace Gateway.Draining;

/// <summary>Tells whether the gateway is going down.</summary>
internal sealed class DrainStatus(DrainState state) : IGatewayPart
{
    public string Name => "draining";

    public void Write(Utf8JsonWriter json) => json.WriteBooleanValue(state.NotReadyBecause is not null);
}
