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
        // Those of YARP's own words that the gateway can keep; there are no named policies to choose from here.
        [(typeof(RouteConfig), nameof(RouteConfig.AuthorizationPolicy))] = ["anonymous"],
        [(typeof(RouteConfig), nameof(RouteConfig.CorsPolicy))] = ["disable"],
        [(typeof(RouteConfig), nameof(RouteConfig.RateLimiterPolicy))] = [],
        [(typeof(RouteConfig), nameof(RouteConfig.TimeoutPolicy))] = ["disable"],
        [(typeof(RouteConfig), nameof(RouteConfig.OutputCachePolicy))] = [],
        [(typeof(ClusterConfig), nameof(ClusterConfig.LoadBalancingPolicy))] = Sorted(loadBalancing.Select(policy => policy.Name)),
        [(typeof(HealthCheckConfig), nameof(HealthCheckConfig.AvailableDestinationsPolicy))] = Sorted(available.Select(policy => policy.Name)),
        [(typeof(ActiveHealthCheckConfig), nameof(ActiveHealthCheckConfig.Policy))] = Sorted(active.Select(policy => policy.Name)),
        [(typeof(PassiveHealthCheckConfig), nameof(PassiveHealthCheckConfig.Policy))] = Sorted(passive.Select(policy => policy.Name)),
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.Policy))] = Sorted(affinity.Select(policy => policy.Name)),
        [(typeof(SessionAffinityConfig), nameof(SessionAffinityConfig.FailurePolicy))] = Sorted(affinityFailure.Select(policy => policy.Name)),
    };

    // ASP.NET Core's policies come from code, which a configuration file cannot write.
    private static readonly Dictionary<string, string> Reasons = new()
    {
        [nameof(RouteConfig.AuthorizationPolicy)] = "the gateway does not authenticate clients, so any other policy would refuse every request; allowed is anonymous, or no AuthorizationPolicy.",
        [nameof(RouteConfig.CorsPolicy)] = "the gateway has no CORS policies, so any other word would do nothing; allowed is disable, or no CorsPolicy.",
        [nameof(RouteConfig.RateLimiterPolicy)] = "limits are the gateway's own: RateLimit of the route, and Gateway:RateLimit; allowed is no RateLimiterPolicy.",
        [nameof(RouteConfig.TimeoutPolicy)] = "time-outs have no names here: Timeout and Timeouts of the route say how long; allowed is disable, or no TimeoutPolicy.",
        [nameof(RouteConfig.OutputCachePolicy)] = "the gateway stores no responses; allowed is no OutputCachePolicy.",
    };

    /// <summary>The names that <paramref name="key"/> of <paramref name="record"/> may have; null where it names no policy.</summary>
    public IReadOnlyList<string>? Of(Type record, string key) => _names.GetValueOrDefault((record, key));

    /// <summary>Says why there is no policy <paramref name="name"/>, and what is allowed.</summary>
    public string WhyUnknown(Type record, string key, string name) =>
        $"is not a known policy; {(Reasons.TryGetValue(key, out var reason) ? reason : NearestName.Suggest(name, Of(record, key)!))}";

    private static string[] Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
