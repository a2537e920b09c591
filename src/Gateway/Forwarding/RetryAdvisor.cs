using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Forwarding;

/// <summary>
/// Finds retries that have no other destination to go to. Retries are on unless configured, and harmless then:
/// only who asked for them is told. To turn them off is no advice, since they also repeat, on the
/// one destination there is, what met a kept-alive connection that the backend had closed.
/// </summary>
internal sealed class RetryAdvisor : IConfigurationAdvisor
{
    // What only bounds the retries does not ask for them.
    private static readonly string[] Asking =
    [
        $"{RetrySettings.Section.Path}:{nameof(RetrySettings.MaxAttempts)}",
        $"{RetrySettings.Section.Path}:{nameof(RetrySettings.Enabled)}",
        $"{RetrySettings.Section.Path}:{nameof(RetrySettings.StatusCodes)}:0",
    ];

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var retrying = snapshot.Clusters.Where(cluster => Attempts(snapshot, cluster) > 1).ToLookup(cluster => IsAskedByCluster(snapshot, cluster));
        foreach (var cluster in retrying[true].Where(IsAlone))
        {
            yield return new Advice(snapshot.PathOf(cluster.ClusterId, Asking),
                $"up to {Attempts(snapshot, cluster)} attempts go to different destinations, but this cluster has only one, so nothing is retried but what met a closed kept-alive connection; a second destination would fit, or no Retry of the cluster's own.");
        }
        // The defaults speak of clusters in general. They are wrong only where there is no cluster that they could be meant for.
        if (Asking.Any(snapshot.DefaultsSet) && retrying[false].Any(IsAlone) && retrying[false].All(cluster => cluster.Destinations is null or { Count: <= 1 }))
        {
            var alone = retrying[false].First(IsAlone);
            yield return new Advice(snapshot.PathOf(alone.ClusterId, Asking),
                $"up to {Attempts(snapshot, alone)} attempts go to different destinations, but every cluster that this holds for has only one, so nothing is retried but what met a closed kept-alive connection; a second destination would fit, or no Retry in the defaults.");
        }
    }

    private static int Attempts(Snapshot snapshot, ClusterConfig cluster) =>
        snapshot.Get(RetrySettings.Section, cluster.ClusterId) is { Enabled: true } retry ? retry.MaxAttempts : 1;

    private static bool IsAskedByCluster(Snapshot snapshot, ClusterConfig cluster) => Asking.Any(setting => snapshot.Sets(cluster.ClusterId, setting));

    private static bool IsAlone(ClusterConfig cluster) => cluster.Destinations is { Count: 1 };
}
