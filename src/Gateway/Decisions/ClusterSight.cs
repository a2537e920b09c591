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
/// refused while it is fresh: for a hundred times as long as it took, some milliseconds for a usual cluster,
/// and never for more than a second. One looks at a time, so that looking takes a hundredth of a core
/// and not one of each; those who come meanwhile are served the look before it.
/// </remarks>
internal sealed class ClusterSight(
    IEnumerable<IDestinationPart> destinationParts, IEnumerable<IClusterPart> clusterParts, IInFlightReport inFlight,
    IProxyStateLookup proxy, TimeProvider time)
{
    /// <summary>As many destinations, or routes, are told; of the others, how many they are.</summary>
    public const int MostTold = 20;

    private const int FreshForTimesItsCost = 100;
    private const int MostInFlightSeen = 1000;

    // A look that was held up, by a busy machine as likely as by its size, is not to be told for minutes.
    private static readonly TimeSpan FreshAtMost = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Place> _looks = new(StringComparer.OrdinalIgnoreCase);
    private readonly IDestinationPart[] _destinationParts = [.. destinationParts];
    private readonly IClusterPart[] _clusterParts = [.. clusterParts];

    private sealed record Look(PackedJson Seen, long Began, TimeSpan FreshFor);

    private sealed class Place
    {
        private bool _looking;

        public volatile Look? Last;

        public bool TryBegin() => !Interlocked.Exchange(ref _looking, true);

        public void End() => Volatile.Write(ref _looking, false);
    }

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
        var place = _looks.GetOrAdd(clusterId, static _ => new Place());
        var last = place.Last;
        if (last is not null && (time.GetElapsedTime(last.Began, began) < last.FreshFor || !place.TryBegin()))
            return last.Seen;
        try
        {
            place.Last = last = LookAt(clusterId, began);
            return last.Seen;
        }
        finally
        {
            place.End();
        }
    }

    private Look LookAt(string clusterId, long began)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
            Write(json, clusterId);
        var seen = new PackedJson(text.WrittenSpan);
        var freshFor = time.GetElapsedTime(began) * FreshForTimesItsCost;
        return new(seen, began, freshFor < FreshAtMost ? freshFor : FreshAtMost);
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
