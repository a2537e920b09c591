using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Traffic;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Management.Status;

/// <summary>Writes what <c>/api/status</c> answers, whole or piece by piece: each gate tells its own part.</summary>
internal sealed class StatusDocument(
    IEnumerable<IGatewayPart> gatewayParts, IEnumerable<IClusterPart> clusterParts, IEnumerable<IDestinationPart> destinationParts,
    ConfigurationStore configuration, TrafficSampler traffic, GatewayFacts facts, TimeProvider time)
{
    /// <summary>The version of the API, told in each answer: it changes when a reader of the old one could no longer read it.</summary>
    public const int ApiVersion = 1;

    /// <summary>The destinations of a cluster that has none.</summary>
    public static readonly IReadOnlyDictionary<string, DestinationConfig> NoDestinations = new Dictionary<string, DestinationConfig>();

    private readonly IClusterPart[] _clusterParts = [.. clusterParts];
    private readonly IDestinationPart[] _destinationParts = [.. destinationParts];

    /// <summary>The parts of the gateway as a whole.</summary>
    public IReadOnlyList<IGatewayPart> GatewayParts { get; } = [.. gatewayParts];

    public Snapshot Configuration => configuration.Current;

    /// <summary>The steps of the histories that are over; a history that was read goes on with those after it.</summary>
    public long Steps => traffic.Steps;

    public void Write(Utf8JsonWriter json) => Write(json, Configuration);

    /// <summary>Writes everything; clusters and routes are those of one configuration, whatever is saved meanwhile.</summary>
    public void Write(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartObject();
        WriteHead(json);
        json.WriteNumber("upSeconds", facts.UpSeconds);
        foreach (var part in GatewayParts)
        {
            json.WritePropertyName(part.Name);
            part.Write(json);
        }
        json.WriteStartArray("clusters");
        foreach (var cluster in snapshot.Clusters)
            WriteCluster(json, cluster);
        json.WriteEndArray();
        json.WriteStartArray("routes");
        foreach (var route in snapshot.Routes)
            WriteRoute(json, route, ShownHistory.All);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes what each answer begins with.</summary>
    public void WriteHead(Utf8JsonWriter json)
    {
        json.WriteNumber("version", ApiVersion);
        json.WriteString("time", time.GetUtcNow());
        json.WriteNumber("historyStep", Steps);
        json.WriteNumber("historySecondsPerStep", History.SecondsPerStep);
    }

    public void WriteRoute(Utf8JsonWriter json, RouteConfig route, ShownHistory history)
    {
        json.WriteStartObject();
        json.WriteString("id", route.RouteId);
        json.WriteString("cluster", route.ClusterId);
        json.WriteString("path", route.Match.Path);
        json.WriteTexts("hosts", route.Match.Hosts);
        json.WriteTexts("methods", route.Match.Methods);
        var figures = traffic.OfRoute(route.RouteId);
        json.WriteTraffic(figures);
        json.WriteHistory(figures, history, Steps);
        json.WriteEndObject();
    }

    public void WriteDestination(Utf8JsonWriter json, DestinationId id, DestinationConfig destination, ShownHistory history)
    {
        json.WriteStartObject();
        json.WriteString("id", id.Destination);
        json.WriteString("cluster", id.Cluster);
        json.WriteString("address", destination.Address);
        foreach (var part in _destinationParts)
        {
            json.WritePropertyName(part.Name);
            part.Write(json, id);
        }
        var figures = traffic.OfDestination(id);
        json.WriteTraffic(figures);
        json.WriteHistory(figures, history, Steps);
        json.WriteEndObject();
    }

    /// <summary>Writes what there is to say of a cluster besides its destinations.</summary>
    public void WriteClusterFacts(Utf8JsonWriter json, string clusterId, ShownHistory history)
    {
        json.WriteString("id", clusterId);
        foreach (var part in _clusterParts)
        {
            json.WritePropertyName(part.Name);
            part.Write(json, clusterId);
        }
        var figures = traffic.OfCluster(clusterId);
        json.WriteTraffic(figures);
        json.WriteHistory(figures, history, Steps);
    }

    private void WriteCluster(Utf8JsonWriter json, ClusterConfig cluster)
    {
        json.WriteStartObject();
        WriteClusterFacts(json, cluster.ClusterId, ShownHistory.All);
        json.WriteStartArray("destinations");
        foreach (var (id, destination) in cluster.Destinations ?? NoDestinations)
            WriteDestination(json, new(cluster.ClusterId, id), destination, ShownHistory.All);
        json.WriteEndArray();
        json.WriteEndObject();
    }

}

internal static class JsonTexts
{
    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string>? texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts ?? [])
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
