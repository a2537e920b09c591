using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.SessionAffinity;

namespace Gateway.Configuration;

/// <summary>Checks that every name in a route or a cluster names something, and every address and template can be parsed.</summary>
internal sealed class ReferenceRule(
    IEnumerable<ILoadBalancingPolicy> loadBalancing, IEnumerable<IAvailableDestinationsPolicy> available,
    IEnumerable<IActiveHealthCheckPolicy> active, IEnumerable<IPassiveHealthCheckPolicy> passive,
    IEnumerable<ISessionAffinityPolicy> affinity, IEnumerable<IAffinityFailurePolicy> affinityFailure, ParameterPolicyFactory parameterPolicies)
{
    // YARP's own words for policies that are not named; there are no named ones to choose from here.
    private static readonly string[] AuthorizationWords = ["default", "anonymous"];
    private static readonly string[] CorsWords = ["default", "disable"];
    private static readonly string[] LimiterWords = ["default", "disable"];
    private static readonly string[] TimeoutWords = ["disable"];

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
        CheckTemplate($"{path}:Match:Path", route.Match?.Path, faults);
        for (var i = 0; i < route.Match?.Hosts?.Count; i++)
            CheckHost($"{path}:Match:Hosts:{i}", route.Match.Hosts[i], faults);
        CheckName($"{path}:AuthorizationPolicy", route.AuthorizationPolicy, AuthorizationWords, faults);
        CheckName($"{path}:CorsPolicy", route.CorsPolicy, CorsWords, faults);
        CheckName($"{path}:RateLimiterPolicy", route.RateLimiterPolicy, LimiterWords, faults);
        CheckName($"{path}:TimeoutPolicy", route.TimeoutPolicy, TimeoutWords, faults);
        CheckName($"{path}:OutputCachePolicy", route.OutputCachePolicy, [], faults);
    }

    // Routing builds its matcher at the first request, and one route that it cannot build fails every request.
    private void CheckTemplate(string path, string? template, FaultList faults)
    {
        if (string.IsNullOrEmpty(template))
            return;
        try
        {
            foreach (var parameter in RoutePatternFactory.Parse(template).Parameters)
            {
                foreach (var policy in parameter.ParameterPolicies)
                {
                    // A regular expression is otherwise parsed at the first request.
                    if (parameterPolicies.Create(parameter, policy) is RegexRouteConstraint regex)
                        _ = regex.Constraint;
                }
            }
        }
        catch (Exception error) when (error is RoutePatternException or InvalidOperationException or RouteCreationException or ArgumentException)
        {
            faults.Add(path, template, $"is not a path template: {error.Message}");
        }
    }

    private static void CheckHost(string path, string host, FaultList faults)
    {
        var parts = host.Split(':');
        if (parts[0].Length == 0 || parts.Length > 2 || (parts.Length == 2 && parts[1] != "*" && !ushort.TryParse(parts[1], out _)))
            faults.Add(path, host, "is not a host to match; allowed is a name, *.name or *, and a port behind a colon.");
    }

    private void CheckCluster(ClusterConfig cluster, FaultList faults)
    {
        var path = $"ReverseProxy:Clusters:{cluster.ClusterId}";
        CheckName($"{path}:LoadBalancingPolicy", cluster.LoadBalancingPolicy, loadBalancing.Select(policy => policy.Name), faults);
        CheckName($"{path}:HealthCheck:AvailableDestinationsPolicy", cluster.HealthCheck?.AvailableDestinationsPolicy, available.Select(policy => policy.Name), faults);
        CheckName($"{path}:HealthCheck:Active:Policy", cluster.HealthCheck?.Active?.Policy, active.Select(policy => policy.Name), faults);
        CheckName($"{path}:HealthCheck:Passive:Policy", cluster.HealthCheck?.Passive?.Policy, passive.Select(policy => policy.Name), faults);
        CheckName($"{path}:SessionAffinity:Policy", cluster.SessionAffinity?.Policy, affinity.Select(policy => policy.Name), faults);
        CheckName($"{path}:SessionAffinity:FailurePolicy", cluster.SessionAffinity?.FailurePolicy, affinityFailure.Select(policy => policy.Name), faults);
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
        else if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
            || uri.Host.Length == 0 || uri.Port == 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0 || uri.UserInfo.Length > 0)
        {
            // An address may carry credentials: such a one is not shown.
            faults.Add(path, address.Contains('@', StringComparison.Ordinal) ? null : address, "is not an address that can be forwarded to; allowed is http:// or https://, a host, a port and a path, such as http://10.0.0.1:8080/.");
        }
    }

    private static void CheckName(string path, string? name, IEnumerable<string> known, FaultList faults)
    {
        if (!string.IsNullOrEmpty(name) && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
            faults.Add(path, name, $"is not a known policy; {NearestName.Suggest(name, known)}");
    }
}
