using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds transforms that never have an effect.</summary>
internal sealed class TransformAdvisor : IConfigurationAdvisor
{
    private static readonly string[] ChangePath = ["PathSet", "PathPrefix", "PathRemovePrefix", "PathPattern"];

    private static readonly string[] Forwarded = ["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"];

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
            if (!transform.TryGetValue(key, out var header))
                continue;
            if (header.Equals("traceparent", StringComparison.OrdinalIgnoreCase))
                yield return new Advice($"{path}:{key}", "the gateway sends a traceparent with a span of its own after all transforms, so this one does nothing; no such transform would fit.");
            else if (Forwarded.Contains(header, StringComparer.OrdinalIgnoreCase) && !route.Transforms!.Any(WritesForwarded))
                yield return new Advice($"{path}:{key}", $"the gateway sends {header} itself after all transforms, so this one does nothing; the transform X-Forwarded says what it sends.");
        }
        if (isMatchedPath && transform.TryGetValue("PathRemovePrefix", out var prefix) && IsNever(prefix, route.Match.Path))
            yield return new Advice($"{path}:PathRemovePrefix", $"no path that the route matches ('{route.Match.Path}') begins with '{prefix}', so this removes nothing; the beginning of the route's Path would fit.");
        if (transform.TryGetValue("HttpMethodChange", out var method) && route.Match.Methods is { Count: > 0 } methods && !methods.Contains(method, StringComparer.OrdinalIgnoreCase))
            yield return new Advice($"{path}:HttpMethodChange", $"the route takes no request with the method {method}, so this changes nothing; one of its Methods would fit.");
    }

    // Where a route says so itself, the gateway's own come in the order that the route says.
    private static bool WritesForwarded(IReadOnlyDictionary<string, string> transform) =>
        transform.Keys.Any(static key => key.Equals("X-Forwarded", StringComparison.OrdinalIgnoreCase));

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
