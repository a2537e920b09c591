namespace Gateway.Configuration;

/// <summary>Where a cluster's settings come from: from the cluster, from the defaults for all, or built in.</summary>
internal static class ClusterPaths
{
    public const string Defaults = "Gateway:ClusterDefaults";

    public static string Of(string clusterId) => $"ReverseProxy:Clusters:{clusterId}";

    /// <summary>Says whether a setting, such as <c>Pool:Enabled</c>, is written in the cluster itself.</summary>
    public static bool Sets(this Snapshot snapshot, string clusterId, string setting) => snapshot.Has($"{Of(clusterId)}:{setting}");

    /// <summary>Says whether a setting, such as <c>Pool:Enabled</c>, is written in the defaults.</summary>
    public static bool DefaultsSet(this Snapshot snapshot, string setting) => snapshot.Has($"{Defaults}:{setting}");

    /// <summary>
    /// The path of the one among contradicting settings that an operator would change: the first that the
    /// cluster itself sets, else the first of the defaults; built-in values do not contradict each other.
    /// </summary>
    public static string PathOf(this Snapshot snapshot, string clusterId, params IReadOnlyList<string> settings)
    {
        var own = settings.FirstOrDefault(setting => snapshot.Sets(clusterId, setting));
        var common = settings.FirstOrDefault(snapshot.DefaultsSet);
        return own is null && common is not null ? $"{Defaults}:{common}" : $"{Of(clusterId)}:{own ?? settings[0]}";
    }

    /// <summary>Says whether a value is written at a configuration path, in any layer.</summary>
    public static bool Has(this Snapshot snapshot, string path) => snapshot.Effective.GetValueOrDefault(path) is not null;
}
