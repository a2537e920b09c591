using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;

namespace Gateway.Pooling;

/// <summary>Tells how many permits of a destination are taken, and how many requests of a cluster wait for one.</summary>
internal sealed class PoolStatus(PoolGate gate) : IDestinationPart, IClusterPart
{
    string IDestinationPart.Name => "permits";

    string IClusterPart.Name => "queue";

    public void Write(Utf8JsonWriter json, DestinationId id) => Write(json, gate.Look(id));

    public void Write(Utf8JsonWriter json, string clusterId)
    {
        var line = gate.Look(clusterId);
        json.WriteStartObject();
        json.WriteNumber("waiting", line?.Waiting ?? 0);
        json.WriteNumber("limit", line?.Settings.QueueLimit ?? 0);
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, CountedPlaces places)
    {
        json.WriteStartObject();
        json.WriteNumber("inUse", places.InUse);
        if (places.Limit < int.MaxValue)
            json.WriteNumber("limit", places.Limit);
        else
            json.WriteNull("limit");
        json.WriteEndObject();
    }
}

/// <summary>Tells how many streams of a destination are taken.</summary>
internal sealed class StreamStatus(PoolGate gate) : IDestinationPart
{
    public string Name => "streams";

    public void Write(Utf8JsonWriter json, DestinationId id) => PoolStatus.Write(json, gate.Look(id).Streams);
}
