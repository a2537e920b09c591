using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Configuration;

/// <summary>Asks YARP's own validators, so that what they would refuse at the apply is refused before it.</summary>
internal sealed class YarpRule(IConfigValidator validator, ITransformBuilder transforms)
{
    public void Check(IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, FaultList faults)
    {
        var clustersById = clusters.ToDictionary(cluster => cluster.ClusterId, StringComparer.OrdinalIgnoreCase);
        foreach (var route in routes)
            Report($"ReverseProxy:Routes:{route.RouteId}", () => validator.ValidateRouteAsync(route), faults);
        foreach (var cluster in clusters)
            Report($"ReverseProxy:Clusters:{cluster.ClusterId}", () => validator.ValidateClusterAsync(cluster), faults);
        foreach (var route in routes)
            BuildTransforms(route, clustersById.GetValueOrDefault(route.ClusterId ?? ""), faults);
    }

    // Some transforms pass validation and cannot be built: that would come to light in the middle of the apply.
    private void BuildTransforms(RouteConfig route, ClusterConfig? cluster, FaultList faults)
    {
        var path = $"ReverseProxy:Routes:{route.RouteId}";
        if (route.Transforms is not { Count: > 0 } || faults.AnyBelow(path))
            return;
        for (var i = 0; i < route.Transforms.Count; i++)
        {
            try
            {
                transforms.Build(route with { Transforms = [route.Transforms[i]] }, cluster);
            }
            catch (Exception error)
            {
                var (key, value) = route.Transforms[i].First();
                faults.Add($"{path}:Transforms:{i}:{key}", value, $"cannot be built: {error.Message}");
            }
        }
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
