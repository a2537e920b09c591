using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;

namespace Gateway.LoadBalancing;

/// <summary>Tells how a cluster's requests are spread, and a destination's share of them.</summary>
internal sealed class BalancingStatus(ConfigurationStore configuration) : IDestinationPart, IClusterPart
{
    private volatile Policies _policies = new(null, []);

    string IDestinationPart.Name => "weight";

    string IClusterPart.Name => "policy";

    private sealed record Policies(Snapshot? Snapshot, Dictionary<string, string> Names);

    public void Write(Utf8JsonWriter json, DestinationId id) =>
        json.WriteNumberValue(configuration.Current.Get(WeightSettings.Section, id.Cluster, id.Destination)?.Weight ?? 1);

    public void Write(Utf8JsonWriter json, string clusterId) => json.WriteStringValue(Names().GetValueOrDefault(clusterId, Chooser.DefaultPolicy));

    // A configuration keeps its clusters in a list: looked up once a change, not once a cluster.
    private Dictionary<string, string> Names()
    {
        var snapshot = configuration.Current;
        if (!ReferenceEquals(_policies.Snapshot, snapshot))
        {
            _policies = new(snapshot, snapshot.Clusters.Where(cluster => cluster.LoadBalancingPolicy is { Length: > 0 })
                .ToDictionary(cluster => cluster.ClusterId, cluster => cluster.LoadBalancingPolicy!, StringComparer.OrdinalIgnoreCase));
        }
        return _policies.Names;
    }
}
