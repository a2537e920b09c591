using System.Buffers;
using System.IO.Hashing;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;

namespace Gateway.Management.Events;

/// <summary>
/// Finds what of the status changed since it was last asked, by writing every part of it and comparing
/// digests: what did not change is not sent. Used by one loop.
/// </summary>
internal sealed class StatusChanges(StatusDocument document) : IDisposable
{
    private const int PartBytes = 4 * 1024;
    private static readonly JsonWriterOptions Unchecked = new() { SkipValidation = true };

    private readonly Dictionary<(char Kind, string Id), UInt128> _parts = [];
    private readonly Dictionary<DestinationId, UInt128> _destinations = [];
    private readonly ArrayBufferWriter<byte> _part = new(PartBytes);
    private readonly Utf8JsonWriter _partJson = new(Stream.Null, Unchecked);
    private long _version;
    private long _steps;
    private bool _stepEnded;
    private bool _any;

    public void Dispose() => _partJson.Dispose();

    /// <summary>Forgets what was sent: nobody is there who has it.</summary>
    public void Forget()
    {
        _parts.Clear();
        _destinations.Clear();
    }

    /// <summary>Writes what changed of this configuration's status; false when nothing did.</summary>
    public bool TryWrite(Utf8JsonWriter json, Snapshot snapshot)
    {
        if (snapshot.Version != _version)
            Forget();
        _stepEnded = document.Steps != _steps;
        (_version, _steps, _any) = (snapshot.Version, document.Steps, false);
        json.WriteStartObject();
        document.WriteHead(json);
        foreach (var part in document.GatewayParts)
        {
            part.Write(Begin());
            WriteIfNew(json, ('g', part.Name), part.Name);
        }
        WriteClusters(json, snapshot);
        WriteRoutes(json, snapshot);
        json.WriteEndObject();
        return _any;
    }

    private void WriteClusters(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartArray("clusters");
        foreach (var cluster in snapshot.Clusters)
        {
            var part = Begin();
            part.WriteStartObject();
            document.WriteClusterFacts(part, cluster.ClusterId, Shown);
            part.WriteEndObject();
            WriteIfNew(json, ('c', cluster.ClusterId), name: null);
        }
        json.WriteEndArray();
        json.WriteStartArray("destinations");
        foreach (var cluster in snapshot.Clusters)
        {
            foreach (var (id, destination) in cluster.Destinations ?? StatusDocument.NoDestinations)
            {
                document.WriteDestination(Begin(), new(cluster.ClusterId, id), destination, Shown);
                WriteIfNew(json, new DestinationId(cluster.ClusterId, id));
            }
        }
        json.WriteEndArray();
    }

    private void WriteRoutes(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartArray("routes");
        foreach (var route in snapshot.Routes)
        {
            document.WriteRoute(Begin(), route, Shown);
            WriteIfNew(json, ('r', route.RouteId), name: null);
        }
        json.WriteEndArray();
    }

    private ShownHistory Shown => _stepEnded ? ShownHistory.LastStep : ShownHistory.None;

    private Utf8JsonWriter Begin()
    {
        _part.ResetWrittenCount();
        _partJson.Reset(_part);
        return _partJson;
    }

    private void WriteIfNew(Utf8JsonWriter json, (char, string) key, string? name)
    {
        _partJson.Flush();
        var digest = Digest();
        if (_parts.TryGetValue(key, out var old) && old == digest)
            return;
        _parts[key] = digest;
        if (name is not null)
            json.WritePropertyName(name);
        WritePart(json);
    }

    private void WriteIfNew(Utf8JsonWriter json, DestinationId id)
    {
        _partJson.Flush();
        var digest = Digest();
        if (_destinations.TryGetValue(id, out var old) && old == digest)
            return;
        _destinations[id] = digest;
        WritePart(json);
    }

    private UInt128 Digest() => XxHash128.HashToUInt128(_part.WrittenSpan);

    private void WritePart(Utf8JsonWriter json)
    {
        _any = true;
        json.WriteRawValue(_part.WrittenSpan, skipInputValidation: true);
    }
}
