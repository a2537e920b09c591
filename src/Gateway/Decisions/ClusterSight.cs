using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management;
using Gateway.Management.Status;
using Yarp.ReverseProxy;

namespace Gateway.Decisions;

/// <summary>
/// Looks at a cluster as it is when it cannot serve a request: each destination's state by every gate's
/// word, and which routes hold its permits.
/// </summary>
/// <remarks>
/// Refusals come in floods, and looking costs more than refusing. A look therefore serves those who are
/// refused while it is fresh: for a hundred times as long as it took, so that looking takes a hundredth
/// of a core at most: some milliseconds for a usual cluster.
/// </remarks>
internal sealed class ClusterSight(
    IEnumerable<IDestinationPart> destinationParts, IEnumerable<IClusterPart> clusterParts, IInFlightReport inFlight,
    IProxyStateLookup proxy, TimeProvider time)
{
    /// <summary>As many destinations, or routes, are told; of the others, how many they are.</summary>
    public const int MostTold = 20;

    private const int FreshForTimesItsCost = 100;
    private const int MostInFlightSeen = 1000;

    private readonly ConcurrentDictionary<string, Look> _looks = new(StringComparer.OrdinalIgnoreCase);
    private readonly IDestinationPart[] _destinationParts = [.. destinationParts];
    private readonly IClusterPart[] _clusterParts = [.. clusterParts];

    private sealed record Look(PackedJson Seen, long Began, TimeSpan FreshFor);

    /// <summary>Lets go of clusters that are gone.</summary>
    public void Settle(Snapshot snapshot)
    {
        var clusters = snapshot.Clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var gone in _looks.Keys.Where(id => !clusters.Contains(id)))
            _looks.TryRemove(gone, out _);
    }

    /// <summary>The cluster's state as a JSON object.</summary>
    public PackedJson See(string clusterId)
    {
        var began = time.GetTimestamp();
        if (_looks.TryGetValue(clusterId, out var look) && time.GetElapsedTime(look.Began, began) < look.FreshFor)
            return look.Seen;
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
            Write(json, clusterId);
        var seen = new PackedJson(text.WrittenSpan);
        _looks[clusterId] = new(seen, began, time.GetElapsedTime(began) * FreshForTimesItsCost);
        return seen;
    }

    private void Write(Utf8JsonWriter json, string clusterId)
    {
        json.WriteStartObject();
        foreach (var part in _clusterParts)
        {
            json.WritePropertyName(part.Name);
            part.Write(json, clusterId);
        }
        var destinations = proxy.TryGetCluster(clusterId, out var cluster) ? cluster.DestinationsState.AllDestinations : [];
        json.WriteStartArray("destinations");
        foreach (var destination in destinations.Take(MostTold))
            WriteDestination(json, new(clusterId, destination.DestinationId));
        json.WriteEndArray();
        json.WriteNumber("moreDestinations", Math.Max(0, destinations.Count - MostTold));
        WriteHolders(json, clusterId);
        json.WriteEndObject();
    }

    private void WriteDestination(Utf8JsonWriter json, DestinationId id)
    {
        json.WriteStartObject();
        json.WriteString("id", id.Destination);
        foreach (var part in _destinationParts)
        {
            json.WritePropertyName(part.Name);
            part.Write(json, id);
        }
        json.WriteEndObject();
    }

    private void WriteHolders(Utf8JsonWriter json, string clusterId)
    {
        var holders = inFlight.Oldest(MostInFlightSeen)
            .Where(exchange => exchange.Destination.Length > 0 && exchange.Cluster.Equals(clusterId, StringComparison.OrdinalIgnoreCase))
            .CountBy(exchange => (exchange.Destination, exchange.Route)).OrderByDescending(holder => holder.Value).ToList();
        json.WriteStartArray("heldBy");
        foreach (var ((destination, route), requests) in holders.Take(MostTold))
        {
            json.WriteStartObject();
            json.WriteString("destination", destination);
            json.WriteString("route", route);
            json.WriteNumber("requests", requests);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("moreHeldBy", Math.Max(0, holders.Count - MostTold));
    }
}
