using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.SessionAffinity;

namespace Gateway.LoadBalancing;

/// <summary>Finds session affinity that only the gateway understands that gave it: what is encrypted is read with keys that no other one has.</summary>
internal sealed class AffinityAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.Clusters.Select(Advise).OfType<Advice>();

    private static Advice? Advise(ClusterConfig cluster)
    {
        if (cluster.SessionAffinity is not { Enabled: true, Policy: { } policy } || InsteadOf(policy) is not { } other)
            return null;
        return new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:{nameof(cluster.SessionAffinity)}:{nameof(SessionAffinityConfig.Policy)}",
            $"{policy} is encrypted with keys that each gateway makes for itself, so a client is led to another destination at a second gateway and after a start in a new container; {other} would fit.");
    }

    private static string? InsteadOf(string policy) =>
        policy.Equals(SessionAffinityConstants.Policies.Cookie, StringComparison.OrdinalIgnoreCase) ? "HashCookie, which needs no keys,"
        : policy.Equals(SessionAffinityConstants.Policies.CustomHeader, StringComparison.OrdinalIgnoreCase) ? "HashCookie, which needs no keys, or LoadBalancingPolicy ConsistentHash by a header"
        : null;
}
