using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Gateway.Configuration;

/// <summary>Builds each transform of each route on the side, one at a time: so the one that is wrong can be named, and none fails in the middle of an apply.</summary>
internal sealed class TransformRule(ITransformBuilder builder)
{
    // What YARP's transforms begin with; YARP itself tells a name that it does not know, but not which ones it does.
    private static readonly string[] Names =
    [
        "ClientCert", "Forwarded", "HttpMethodChange", "PathPattern", "PathPrefix", "PathRemovePrefix", "PathSet", "QueryRemoveParameter",
        "QueryRouteParameter", "QueryValueParameter", "RequestHeader", "RequestHeaderOriginalHost", "RequestHeaderRemove",
        "RequestHeaderRouteValue", "RequestHeadersAllowed", "RequestHeadersCopy", "ResponseHeader", "ResponseHeaderRemove",
        "ResponseHeadersAllowed", "ResponseHeadersCopy", "ResponseTrailer", "ResponseTrailerRemove", "ResponseTrailersAllowed",
        "ResponseTrailersCopy", "X-Forwarded",
    ];

    /// <summary>The key that says what a transform does; null where there is none that YARP knows.</summary>
    public static string? NameOf(IReadOnlyDictionary<string, string> transform) =>
        transform.Keys.FirstOrDefault(key => Names.Contains(key, StringComparer.OrdinalIgnoreCase));

    public void Check(RouteConfig route, ClusterConfig? cluster, FaultList faults)
    {
        for (var i = 0; i < route.Transforms?.Count; i++)
        {
            var path = $"ReverseProxy:Routes:{route.RouteId}:Transforms:{i}";
            if (!faults.AnyBelow(path))
                Check(path, route with { Transforms = [route.Transforms[i]] }, cluster, faults);
        }
    }

    private void Check(string path, RouteConfig route, ClusterConfig? cluster, FaultList faults)
    {
        var transform = route.Transforms![0];
        if (transform.Count == 0)
        {
            faults.Add(path, $"is empty; a transform begins with a name such as {Names[4]}.");
            return;
        }
        if (NameOf(transform) is not { } name)
        {
            // A key that stands first in a file may stand last in a dictionary: the one that is nearest to a name was meant as one.
            var key = transform.Keys.FirstOrDefault(key => NearestName.Find(key, Names) is not null) ?? transform.Keys.First();
            faults.Add($"{path}:{key}", $"is not a known transform; {NearestName.Suggest(key, Names)}");
            return;
        }
        foreach (var error in Errors(route, cluster))
            faults.Add($"{path}:{name}", transform[name], $"cannot be built: {error.Message}");
    }

    private IReadOnlyList<Exception> Errors(RouteConfig route, ClusterConfig? cluster)
    {
        try
        {
            if (builder.ValidateRoute(route) is { Count: > 0 } errors)
                return errors;
            builder.Build(route, cluster);
            return [];
        }
        // Whatever YARP throws here, it would throw in the middle of the apply.
        catch (Exception error)
        {
            return [error];
        }
    }
}
