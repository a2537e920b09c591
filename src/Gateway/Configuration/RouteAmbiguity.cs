using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Finds routes that no request could tell apart: order, path template (names of parameters and
/// case aside), hosts, headers and query the same, and methods that overlap.
/// </summary>
internal static class RouteAmbiguity
{
    public static void Check(IReadOnlyList<RouteConfig> routes, FaultList faults)
    {
        foreach (var alike in routes.Where(route => route.Match is not null).GroupBy(Signature).Where(group => group.Count() > 1))
        {
            var seen = new List<RouteConfig>();
            foreach (var route in alike)
            {
                if (seen.Find(other => Overlap(other.Match.Methods, route.Match.Methods)) is { } twin)
                {
                    faults.Add($"ReverseProxy:Routes:{route.RouteId}:Match",
                        $"matches the same requests as route '{twin.RouteId}'; give one of them another Order, path, host, method, header or query parameter.");
                }
                seen.Add(route);
            }
        }
    }

    private static bool Overlap(IReadOnlyList<string>? a, IReadOnlyList<string>? b) =>
        a is not { Count: > 0 } || b is not { Count: > 0 } || a.Intersect(b, StringComparer.OrdinalIgnoreCase).Any();

    private static string Signature(RouteConfig route) => string.Join('\n',
        route.Order ?? 0,
        Template(route.Match.Path),
        Set(route.Match.Hosts?.Select(host => host.ToUpperInvariant())),
        Set(route.Match.Headers?.Select(header => string.Join('\t',
            header.Name?.ToUpperInvariant(), header.Mode, header.IsCaseSensitive, Values(header.Values, header.IsCaseSensitive)))),
        Set(route.Match.QueryParameters?.Select(query => string.Join('\t',
            query.Name?.ToUpperInvariant(), query.Mode, query.IsCaseSensitive, Values(query.Values, query.IsCaseSensitive)))));

    private static string Values(IReadOnlyList<string>? values, bool caseSensitive) =>
        Set(values?.Select(value => caseSensitive ? value : value.ToUpperInvariant()));

    private static string Set(IEnumerable<string>? items) => items is null ? "" : string.Join('\v', items.Distinct().Order(StringComparer.Ordinal));

    private static string Template(string? path)
    {
        if (string.IsNullOrEmpty(path))
            return "{**}";
        try
        {
            return string.Join('/', RoutePatternFactory.Parse(path).PathSegments.Select(segment => string.Concat(segment.Parts.Select(Part))));
        }
        catch (RoutePatternException)
        {
            // Told elsewhere; here it is only not the same as any other.
            return path;
        }
    }

    private static string Part(RoutePatternPart part) => part switch
    {
        RoutePatternLiteralPart literal => literal.Content.ToUpperInvariant(),
        RoutePatternSeparatorPart separator => separator.Content.ToUpperInvariant(),
        RoutePatternParameterPart { IsCatchAll: true } catchAll => $"{{**{Policies(catchAll)}}}",
        RoutePatternParameterPart parameter => $"{{{(parameter.IsOptional || parameter.Default is not null ? "?" : "")}{Policies(parameter)}}}",
        _ => "",
    };

    private static string Policies(RoutePatternParameterPart parameter) =>
        string.Concat(parameter.ParameterPolicies.Select(policy => $":{policy.Content}"));
}
