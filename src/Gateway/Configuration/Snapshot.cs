using System.Collections.Frozen;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// One whole configuration, read and checked, that never changes: YARP's routes and clusters and
/// every gate's settings together. Thread-safe because immutable.
/// </summary>
public sealed class Snapshot
{
    /// <summary>Counts the configurations that came into force in this process, from 1.</summary>
    public required long Version { get; init; }

    public required IReadOnlyList<RouteConfig> Routes { get; init; }

    public required IReadOnlyList<ClusterConfig> Clusters { get; init; }

    /// <summary>Every destination of every cluster.</summary>
    internal IEnumerable<DestinationId> DestinationIds => Clusters
        .SelectMany(static cluster => (cluster.Destinations?.Keys ?? []).Select(destination => new DestinationId(cluster.ClusterId, destination)));

    /// <summary>All keys of all layers, as every consumer of <see cref="IConfiguration"/> sees them.</summary>
    public required IReadOnlyDictionary<string, string?> Effective { get; init; }

    /// <summary>The lists that more than one layer had a say in.</summary>
    internal IReadOnlyList<MergedList> MergedLists { get; init; } = [];

    internal IReadOnlyDictionary<SettingsPlace, object> Settings { get; init; } = FrozenDictionary<SettingsPlace, object>.Empty;

    /// <summary>The settings of a gate for the whole gateway; null where the gate is not configured.</summary>
    public T? Get<T>(SettingsSection<T> section) where T : class, new() => Find<T>(new(section, "", ""));

    /// <summary>The settings of a gate for one cluster or one route, by id.</summary>
    public T? Get<T>(SettingsSection<T> section, string id) where T : class, new() => Find<T>(new(section, id, ""));

    /// <summary>The settings of a gate for one destination of a cluster, by ids.</summary>
    public T? Get<T>(SettingsSection<T> section, string clusterId, string destinationId) where T : class, new() =>
        Find<T>(new(section, clusterId, destinationId));

    /// <summary>
    /// The value in force of a cluster's setting by its path, such as <c>HealthCheck:Tcp:Timeout</c>: for a gate that
    /// may not name the one whose setting it is. Null where no such gate is.
    /// </summary>
    public T? Find<T>(string clusterId, string path) where T : struct
    {
        var end = path.LastIndexOf(':');
        var settings = ClusterSections.TryGetValue(path[..end], out var section) ? Settings.GetValueOrDefault(new(section, clusterId, "")) : null;
        return settings?.GetType().GetProperty(path[(end + 1)..])?.GetValue(settings) as T?;
    }

    private FrozenDictionary<string, SettingsSection> ClusterSections => field ??= Settings.Keys
        .Select(place => place.Section).Distinct().Where(section => section is { Scope: SettingsScope.Cluster, Path.Length: > 0 })
        .ToFrozenDictionary(section => section.Path, StringComparer.OrdinalIgnoreCase);

    private T? Find<T>(SettingsPlace place) where T : class => (T?)Settings.GetValueOrDefault(place);
}

/// <summary>The key of one gate's settings for one thing; ids compare without case, as configuration keys do.</summary>
internal readonly record struct SettingsPlace(SettingsSection Section, string Id, string DestinationId)
{
    public bool Equals(SettingsPlace other) =>
        ReferenceEquals(Section, other.Section)
        && string.Equals(Id, other.Id, StringComparison.OrdinalIgnoreCase)
        && string.Equals(DestinationId, other.DestinationId, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() => HashCode.Combine(
        Section, StringComparer.OrdinalIgnoreCase.GetHashCode(Id), StringComparer.OrdinalIgnoreCase.GetHashCode(DestinationId));
}
