using System.Collections.Frozen;
using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Telemetry.Scraping;

/// <summary>The ids of the configuration in force: a series about any other tells of what is gone. Thread-safe.</summary>
internal sealed class LiveIds : IConfigurationListener
{
    private volatile Ids? _ids;

    private sealed record Ids(FrozenSet<string> Routes, FrozenSet<string> Clusters, FrozenSet<DestinationId> Destinations, FrozenSet<(string Host, string Port)> Backends);

    public void Apply(Snapshot snapshot) => _ids = new(
        snapshot.Routes.Select(route => route.RouteId).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        snapshot.Clusters.Select(cluster => cluster.ClusterId).ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        snapshot.DestinationIds.ToFrozenSet(),
        snapshot.Clusters.SelectMany(cluster => cluster.Destinations?.Values ?? []).Select(destination => new Uri(destination.Address))
            .Select(address => (address.IdnHost, address.Port.ToString(CultureInfo.InvariantCulture))).ToFrozenSet());

    /// <summary>Whether all that a series names is there. What is empty names nothing.</summary>
    public bool Have(string route, string cluster, string destination) => _ids is not { } ids
        || ((route.Length == 0 || ids.Routes.Contains(route))
            && (cluster.Length == 0 || ids.Clusters.Contains(cluster))
            && (cluster.Length == 0 || destination.Length == 0 || ids.Destinations.Contains(new(cluster, destination))));

    /// <summary>Whether a destination has this address.</summary>
    public bool HaveBackend(string host, string port) => _ids is not { } ids || ids.Backends.Contains((host, port));
}
