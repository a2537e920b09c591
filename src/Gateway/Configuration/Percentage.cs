namespace Gateway.Configuration;

/// <summary>A share of a cluster's destinations in percent.</summary>
internal static class Percentage
{
    /// <summary>As many of <paramref name="count"/> as are never more than <paramref name="percent"/>.</summary>
    public static int Of(int count, int percent) => (int)((long)count * percent / 100);

    /// <summary>The advice for a percentage that is less than one destination of a cluster; null where it is more, or 0 by intent.</summary>
    /// <param name="snapshot">The configuration.</param>
    /// <param name="clusterId">The cluster.</param>
    /// <param name="setting">The setting's path in the cluster.</param>
    /// <param name="percent">Its value.</param>
    /// <param name="consequence">What follows, as a clause.</param>
    public static Advice? AdviseOfNone(Snapshot snapshot, string clusterId, string setting, int percent, string consequence)
    {
        var count = snapshot.DestinationCount(clusterId);
        return percent == 0 || count == 0 || Of(count, percent) > 0 ? null : new Advice(snapshot.PathOf(clusterId, setting),
            $"{percent} % of {count} destination{(count == 1 ? "" : "s")}, rounded down, is none, so {consequence}; at least {(99 + count) / count} would fit, or 0 where that is meant.");
    }

    private static int DestinationCount(this Snapshot snapshot, string clusterId) =>
        snapshot.Clusters.First(cluster => cluster.ClusterId == clusterId).Destinations?.Count ?? 0;
}
