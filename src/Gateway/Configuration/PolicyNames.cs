using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.SessionAffinity;

namespace Gateway.Configuration;

/// <summary>The policies that there are, by the key that names one of them.</summary>
internal sealed class PolicyNames(
    IEnumerable<ILoadBalancingPolicy> loadBalancing, IEnumerable<IAvailableDestinationsPolicy> available,
    IEnumerable<IActiveHealthCheckPolicy> active, IEnumerable<IPassiveHealthCheckPolicy> passive,
    IEnumerable<ISessionAffinityPolicy> affinity, IEnumerable<IAffinityFailurePolicy> affinityFailure)
{
    private readonly Dictionary<(Type, string), string[]> _names = new()
    {
        // YARP's own words for policies that are not named; there are no named ones to choose from here.
        [(typeof(RouteConfig), nameof(RouteConfig.AuthorizationPolicy))] = ["default", "anonymous"],
        [(typeof(RouteConfig), nameof(RouteConfig.CorsPolicy))] = ["default", "disable"],
        [(typeof(RouteConfig), nameof(RouteConfig.RateLimiterPolicy))] = ["default", "disable"],
        [(typeof(RouteConfig), nameof(RouteConfig.TimeoutPolicy))] = ["disable"],
        [(typeof(RouteConfig), nameof(RouteConfig.OutputCachePolicy))] = [],
        [(typeof(ClusterConfig), nameof(ClusterConfig.LoadBalancingPolicy))] = Sorted(loadBalancing.Select(policy => policy.Name)),
        [(typeof(HealthCheckConfig), nameof(HealthCheckConfig.AvailableDestinationsPolicy))] = Sorted(available.Select(policy => policy.Name)),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Policy))] = Sorted(active.Select(policy => policy.Name)),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy))] = Sorted(passive.Select(policy => policy.Name)),
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.Policy))] = Sorted(affinity.Select(policy => policy.Name)),
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.FailurePolicy))] = Sorted(affinityFailure.Select(policy => policy.Name)),
    };

    /// <summary>The names that <paramref name="key"/> of <paramref name="record"/> may have; null where it names no policy.</summary>
    public IReadOnlyList<string>? Of(Type record, string key) => _names.GetValueOrDefault((record, key));

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
