using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks that every name in a route or a cluster names something, and every address can be parsed.</summary>
internal sealed class ReferenceRule(PolicyNames policies)
{
    public void Check(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, FaultList faults)
    {
        var clusterIds = clusters.Select(cluster => cluster.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // A cluster that was renamed is missed by many routes at once.
        var suggestions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string Suggest(string id) => suggestions.TryGetValue(id, out var suggestion) ? suggestion : suggestions[id] = NearestName.Suggest(id, clusterIds);
        foreach (var route in routes)
            CheckRoute(route, clusterIds, Suggest, faults);
        foreach (var cluster in clusters)
            CheckCluster(cluster, faults);
    }

    private void CheckRoute(RouteConfig route, HashSet<string> clusterIds, Func<string, string> suggest, FaultList faults)
    {
        var path = $"ReverseProxy:Routes:{route.RouteId}";
        if (string.IsNullOrEmpty(route.ClusterId))
            faults.Add($"{path}:ClusterId", "is missing; a route names the cluster that serves it.");
        else if (!clusterIds.Contains(route.ClusterId))
            faults.Add($"{path}:ClusterId", route.ClusterId, $"is not a cluster; {suggest(route.ClusterId)}");
        if (string.IsNullOrEmpty(route.Match?.Path) && route.Match?.Hosts is not { Count: > 0 } && !faults.AnyBelow($"{path}:Match"))
            faults.Add($"{path}:Match", "has neither a Path nor Hosts; \"Path\": \"/{**path}\" matches every path.");
        CheckPolicy<RouteConfig>(path, nameof(RouteConfig.AuthorizationPolicy), route.AuthorizationPolicy, faults);
        CheckPolicy<RouteConfig>(path, nameof(RouteConfig.CorsPolicy), route.CorsPolicy, faults);
        CheckPolicy<RouteConfig>(path, nameof(RouteConfig.RateLimiterPolicy), route.RateLimiterPolicy, faults);
        CheckPolicy<RouteConfig>(path, nameof(RouteConfig.TimeoutPolicy), route.TimeoutPolicy, faults);
        if (route.Timeout is not null && !string.IsNullOrEmpty(route.TimeoutPolicy))
            faults.Add($"{path}:TimeoutPolicy", route.TimeoutPolicy, "stands beside a Timeout; only one of both can hold.");
        CheckPolicy<RouteConfig>(path, nameof(RouteConfig.OutputCachePolicy), route.OutputCachePolicy, faults);
    }

    private void CheckCluster(ClusterConfig cluster, FaultList faults)
    {
        var path = $"ReverseProxy:Clusters:{cluster.ClusterId}";
        CheckPolicy<ClusterConfig>(path, nameof(ClusterConfig.LoadBalancingPolicy), cluster.LoadBalancingPolicy, faults);
        var health = cluster.HealthCheck;
        CheckPolicy<HealthCheckConfig>($"{path}:HealthCheck", nameof(HealthCheckConfig.AvailableDestinationsPolicy), health?.AvailableDestinationsPolicy, faults);
        CheckPolicy<ActiveHealthCheckConfig>($"{path}:HealthCheck:Active", nameof(ActiveHealthCheckConfig.Policy), health?.Active?.Policy, faults);
        CheckPolicy<PassiveHealthCheckConfig>($"{path}:HealthCheck:Passive", nameof(PassiveHealthCheckConfig.Policy), health?.Passive?.Policy, faults);
        CheckPolicy<SessionAffinityConfig>($"{path}:SessionAffinity", nameof(SessionAffinityConfig.Policy), cluster.SessionAffinity?.Policy, faults);
        CheckPolicy<SessionAffinityConfig>($"{path}:SessionAffinity", nameof(SessionAffinityConfig.FailurePolicy), cluster.SessionAffinity?.FailurePolicy, faults);
        foreach (var (id, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            CheckAddress($"{path}:Destinations:{id}:Address", destination.Address, required: !faults.AnyBelow($"{path}:Destinations:{id}"), faults);
            CheckAddress($"{path}:Destinations:{id}:Health", destination.Health, required: false, faults);
        }
    }

    private static void CheckAddress(string path, string? address, bool required, FaultList faults)
    {
        if (string.IsNullOrEmpty(address))
        {
            if (required)
                faults.Add(path, "is missing; a destination has an address such as http://10.0.0.1:8080/.");
        }
        else if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !IsSendable(address)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0 || uri.Port == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            // An address may carry credentials: such a one is not shown.
            faults.Add(path, address.Contains('@', StringComparison.Ordinal) ? null : address, "is not an address that can be forwarded to; allowed is http:// or https://, a host, a port and a path, such as http://10.0.0.1:8080/. A space, a backslash and what is beyond ASCII are percent-encoded.");
        }
    }

    // It stands before each request's path, and goes out as it is written here.
    private static bool IsSendable(string address) => address.Contains("://", StringComparison.Ordinal)
        && !address.AsSpan().ContainsAnyExceptInRange('!', '~') && !address.AsSpan().ContainsAny('?', '#', '\\');

    private void CheckPolicy<TRecord>(string path, string key, string? name, FaultList faults)
    {
        var known = policies.Of(typeof(TRecord), key)!;
        if (!string.IsNullOrEmpty(name) && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            faults.Add($"{path}:{key}", name, policies.WhyUnknown(typeof(TRecord), key, name));
    }
}
