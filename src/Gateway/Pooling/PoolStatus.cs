using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;

namespace Gateway.Pooling;

/// <summary>Tells how many permits of a destination are taken, and how many requests of a cluster wait for one.</summary>
internal sealed class PoolStatus(PoolGate gate) : IDestinationPart, IClusterPart
{
    string IDestinationPart.Name => "permits";

    string IClusterPart.Name => "queue";

    public void Write(Utf8JsonWriter json, DestinationId id)
    {
        var pool = gate.Look(id);
        json.WriteStartObject();
        json.WriteNumber("inUse", pool.InUse);
        if (pool.Permits < int.MaxValue)
            json.WriteNumber("limit", pool.Permits);
        else
            json.WriteNull("limit");
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, string clusterId)
    {
        var line = gate.Look(clusterId);
        json.WriteStartObject();
        json.WriteNumber("waiting", line?.Waiting ?? 0);
        json.WriteNumber("limit", line?.Settings.QueueLimit ?? 0);
        json.WriteEndObject();
    }
}
