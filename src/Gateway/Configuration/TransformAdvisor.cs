using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds transforms that never have an effect.</summary>
internal sealed class TransformAdvisor : IConfigurationAdvisor
{
    private static readonly string[] ChangePath = ["PathSet", "PathPrefix", "PathRemovePrefix", "PathPattern"];

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        foreach (var route in snapshot.Routes)
        {
            // Once the path is another one, what the route matched says nothing of it.
            var isMatchedPath = true;
            for (var i = 0; i < route.Transforms?.Count; i++)
            {
                var transform = new Dictionary<string, string>(route.Transforms[i], StringComparer.OrdinalIgnoreCase);
                foreach (var advice in Of($"ReverseProxy:Routes:{route.RouteId}:Transforms:{i}", transform, route, isMatchedPath))
                    yield return advice;
                isMatchedPath &= !ChangePath.Any(transform.ContainsKey);
            }
        }
    }

    private static IEnumerable<Advice> Of(string path, Dictionary<string, string> transform, RouteConfig route, bool isMatchedPath)
    {
        foreach (var key in (string[])["RequestHeader", "RequestHeaderRouteValue", "RequestHeaderRemove"])
        {
            if (transform.TryGetValue(key, out var header) && header.Equals("traceparent", StringComparison.OrdinalIgnoreCase))
                yield return new Advice($"{path}:{key}", "the gateway sends a traceparent with a span of its own after all transforms, so this one does nothing; no such transform would fit.");
        }
        if (isMatchedPath && transform.TryGetValue("PathRemovePrefix", out var prefix) && IsNever(prefix, route.Match.Path))
            yield return new Advice($"{path}:PathRemovePrefix", $"no path that the route matches ('{route.Match.Path}') begins with '{prefix}', so this removes nothing; the beginning of the route's Path would fit.");
        if (transform.TryGetValue("HttpMethodChange", out var method) && route.Match.Methods is { Count: > 0 } methods && !methods.Contains(method, StringComparer.OrdinalIgnoreCase))
            yield return new Advice($"{path}:HttpMethodChange", $"the route takes no request with the method {method}, so this changes nothing; one of its Methods would fit.");
    }

    private static bool IsNever(string prefix, string? template)
    {
        if (string.IsNullOrEmpty(template))
            return false;
        var segments = RoutePatternFactory.Parse(template).PathSegments;
        var wanted = prefix.Trim('/').Split('/');
        for (var i = 0; i < wanted.Length; i++)
        {
            if (i == segments.Count)
                return true;
            // A segment with a parameter may be anything.
            if (segments[i].Parts is not [RoutePatternLiteralPart literal])
                return false;
            if (!literal.Content.Equals(wanted[i], StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
