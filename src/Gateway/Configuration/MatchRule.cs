using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks what a route matches by: that it can be parsed, and that a request can be like it.</summary>
internal sealed class MatchRule(ParameterPolicyFactory parameterPolicies)
{
    public void Check(IReadOnlyList<RouteConfig> routes, FaultList faults)
    {
        foreach (var route in routes.Where(route => route.Match is not null))
        {
            var path = $"ReverseProxy:Routes:{route.RouteId}:Match";
            CheckTemplate($"{path}:Path", route.Match.Path, faults);
            for (var i = 0; i < route.Match.Hosts?.Count; i++)
                CheckHost($"{path}:Hosts:{i}", route.Match.Hosts[i], faults);
            CheckMethods($"{path}:Methods", route.Match.Methods ?? [], faults);
            MatchValueRule.Check(path, route.Match, faults);
        }
    }

    // Routing builds its matcher at the first request, and one route that it cannot build fails every request.
    private void CheckTemplate(string path, string? template, FaultList faults)
    {
        if (string.IsNullOrEmpty(template))
            return;
        try
        {
            var pattern = RoutePatternFactory.Parse(template);
            foreach (var parameter in pattern.Parameters)
            {
                foreach (var policy in parameter.ParameterPolicies)
                {
                    // A regular expression is otherwise parsed at the first request.
                    if (parameterPolicies.Create(parameter, policy) is RegexRouteConstraint regex)
                        _ = regex.Constraint;
                }
            }
            if (PathText.WhyNeverMatched(pattern) is { } reason)
                faults.Add(path, template, reason);
        }
        catch (Exception error) when (error is RoutePatternException or InvalidOperationException or RouteCreationException or ArgumentException)
        {
            faults.Add(path, template, $"is not a path template: {error.Message}");
        }
    }

    private static void CheckHost(string path, string host, FaultList faults)
    {
        if (!HostName.IsMatchable(host))
            faults.Add(path, host, "is not a host to match; allowed is a name, *.name or *, and a port from 1 behind a colon.");
        else if (HostName.InOwnLetters(host) is { } own)
            faults.Add(path, host, $"is matched in its own letters; write '{own}'.");
    }

    private static void CheckMethods(string path, IReadOnlyList<string> methods, FaultList faults)
    {
        for (var i = 0; i < methods.Count; i++)
        {
            // To ASP.NET Core a star is a method like any other, which no client sends.
            if (!HeaderRule.IsName(methods[i]) || methods[i] is "*")
                faults.Add($"{path}:{i}", methods[i], "is not a method; allowed is one such as GET or PROPFIND, and no Methods at all for every method.");
            else if (methods.Take(i).Contains(methods[i], StringComparer.OrdinalIgnoreCase))
                faults.Add($"{path}:{i}", methods[i], "stands twice.");
        }
    }
}
