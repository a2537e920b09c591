using System.Collections.Frozen;
using Gateway.Configuration;
using Gateway.Telemetry;

namespace Gateway.Management.Traffic;

/// <summary>The routes, clusters and destinations of one configuration: traffic of any other is history. Immutable.</summary>
internal sealed class ConfiguredIds(Snapshot snapshot)
{
    public Snapshot Snapshot { get; } = snapshot;

    public FrozenSet<string> Routes { get; } = snapshot.Routes.Select(route => route.RouteId).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public FrozenSet<string> Clusters { get; } = snapshot.Clusters.Select(cluster => cluster.ClusterId).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public FrozenSet<DestinationId> Destinations { get; } = snapshot.DestinationIds.ToFrozenSet();

    /// <summary>Whether all that the cell names is there. What is empty names nothing.</summary>
    public bool Have(TrafficCell cell) => (cell.Route.Length == 0 || Routes.Contains(cell.Route))
        && (cell.Cluster.Length == 0 || Clusters.Contains(cell.Cluster))
        && (cell.Destination.Length == 0 || Destinations.Contains(new(cell.Cluster, cell.Destination)));
}
