using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Asks YARP's own validators, so that what they would refuse at the apply is refused before it.</summary>
internal sealed class YarpRule(IConfigValidator validator, TransformRule transforms)
{
    public void Check(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, FaultList faults)
    {
        var clustersById = clusters.ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        foreach (var route in routes)
        {
            Report($"ReverseProxy:Routes:{route.RouteId}", () => validator.ValidateRouteAsync(route with { Transforms = null }), faults);
            transforms.Check(route, clustersById.GetValueOrDefault(route.ClusterId ?? ""), faults);
        }
        foreach (var cluster in clusters)
            Report($"ReverseProxy:Clusters:{cluster.ClusterId}", () => validator.ValidateClusterAsync(cluster), faults);
    }

    // Where our own checks found something, YARP would say the same again in other words.
    private static void Report(string path, Func<ValueTask<IList<Exception>>> validate, FaultList faults)
    {
        if (faults.AnyBelow(path))
            return;
        // The validators are asynchronous in form only: none of them waits for anything.
        var errors = validate().AsTask().GetAwaiter().GetResult();
        foreach (var error in errors)
            faults.Add(path, error.Message);
    }
}
