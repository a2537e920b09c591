using Gateway.Configuration;

namespace Gateway.LoadBalancing;

/// <summary>Finds clusters that say how to hash and are spread by another policy. In the defaults the section is for those that hash.</summary>
internal sealed class ConsistentHashAdvisor : IConfigurationAdvisor
{
    private static readonly string[] Settings =
    [
        $"{ConsistentHashSettings.Section.Path}:{nameof(ConsistentHashSettings.Key)}",
        $"{ConsistentHashSettings.Section.Path}:{nameof(ConsistentHashSettings.LoadFactor)}",
    ];

    public IEnumerable<Advice> Advise(Snapshot snapshot) =>
        from cluster in snapshot.Clusters
        let policy = cluster.LoadBalancingPolicy is { Length: > 0 } named ? named : Chooser.DefaultPolicy
        where !policy.Equals(ConsistentHashPolicy.PolicyName, StringComparison.OrdinalIgnoreCase)
        let setting = Settings.FirstOrDefault(setting => snapshot.Sets(cluster.ClusterId, setting))
        where setting is not null
        select new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:{setting}",
            $"this counts only for the LoadBalancingPolicy {ConsistentHashPolicy.PolicyName}, and the cluster's is {policy}, so requests of one key go to any destination; LoadBalancingPolicy {ConsistentHashPolicy.PolicyName} would fit, or no {ConsistentHashSettings.Section.Path}.");
}
