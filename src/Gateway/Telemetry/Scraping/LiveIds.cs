using System.Collections.Frozen;
using Gateway.Configuration;

namespace Gateway.Telemetry.Scraping;

/// <summary>The ids of the configuration in force: a series about any other tells of what is gone. Thread-safe.</summary>
internal sealed class LiveIds : IConfigurationListener
{
    private volatile Ids? _ids;

    private sealed record Ids(FrozenSet<string> Routes, FrozenSet<string> Clusters, FrozenSet<DestinationId> Destinations);

    /// <summary>Another object after each change; null before the first configuration.</summary>
    public object? Now => _ids;

    public void Apply(Snapshot snapshot) => _ids = new(
        snapshot.Routes.Select(route => route.RouteId).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        snapshot.Clusters.Select(cluster => cluster.ClusterId).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        snapshot.DestinationIds.ToFrozenSet());

    /// <summary>Whether all that a series names is there. What is empty names nothing.</summary>
    public bool Have(string route, string cluster, string destination) => _ids is not { } ids
        || ((route.Length == 0 || ids.Routes.Contains(route))
            && (cluster.Length == 0 || (destination.Length == 0 ? ids.Clusters.Contains(cluster) : ids.Destinations.Contains(new(cluster, destination)))));

    /// <summary>Whether a destination is there. What requests hold of one that is gone, or met again as they came before it went, is told by no series.</summary>
    public bool Have(DestinationId id) => Have("", id.Cluster, id.Destination);
}
