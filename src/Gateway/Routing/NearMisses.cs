using Gateway.Configuration;
using Gateway.Decisions;
using Microsoft.AspNetCore.Routing.Template;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Routing;

/// <summary>
/// Says which routes nearly took a request that none took, from its method, host and path alone. A
/// configuration's templates are parsed when somebody first asks. Thread-safe.
/// </summary>
internal sealed class NearMisses(ConfigurationStore configuration) : INearMisses
{
    private const int MostTold = 5;
    private volatile Parsed? _parsed;

    private sealed record Parsed(Snapshot Snapshot, Template[] Templates);

    private sealed record Template(RouteConfig Route, TemplateMatcher? Matcher);

    private readonly record struct Miss(RouteConfig Route, Condition? Failed, int Shared);

    public IReadOnlyList<(string Route, string Reason)> Find(string method, string host, string path) =>
        [.. Templates().Select(template => Of(template, method, host, path))
            .OrderByDescending(miss => miss.Failed ?? Condition.Query).ThenByDescending(miss => miss.Shared)
            .Take(MostTold).Select(miss => (miss.Route.RouteId, Tell(miss, method, host, path)))];

    private Template[] Templates()
    {
        var snapshot = configuration.Current;
        if (_parsed is { } parsed && ReferenceEquals(parsed.Snapshot, snapshot))
            return parsed.Templates;
        Template[] templates = [.. snapshot.Routes.Select(route => new Template(route,
            route.Match.Path is { } path ? new TemplateMatcher(TemplateParser.Parse(path.TrimStart('/')), []) : null))];
        _parsed = new(snapshot, templates);
        return templates;
    }

    private static Miss Of(Template template, string method, string host, string path)
    {
        var match = template.Route.Match;
        var shared = SharedSegments(match.Path, path);
        // Not by the conversion from a string, which would decode the path once more.
        if (template.Matcher is { } matcher && !matcher.TryMatch(new PathString(path), []))
            return new(template.Route, Condition.Path, shared);
        if (match.Hosts is { Count: > 0 } hosts && !hosts.Any(wanted => IsHost(wanted, host)))
            return new(template.Route, Condition.Host, shared);
        if (match.Methods is { Count: > 0 } methods && !methods.Contains(method, StringComparer.OrdinalIgnoreCase))
            return new(template.Route, Condition.Method, shared);
        return new(template.Route, match.Headers is { Count: > 0 } ? Condition.Headers : match.QueryParameters is { Count: > 0 } ? Condition.Query : null, shared);
    }

    // A pattern without a port takes every port.
    private static bool IsHost(string wanted, string host)
    {
        var end = wanted.Contains(':', StringComparison.Ordinal) ? -1 : host.LastIndexOf(':');
        var name = HostName.WithoutRootDot(end < 0 ? host : host[..end]);
        return wanted is "*" || wanted.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (wanted.StartsWith("*.", StringComparison.Ordinal) && name.EndsWith(wanted[1..], StringComparison.OrdinalIgnoreCase));
    }

    private static int SharedSegments(string? template, string path)
    {
        var (wanted, found) = ((template ?? "").Trim('/').Split('/'), path.Trim('/').Split('/'));
        var shared = 0;
        while (shared < wanted.Length && shared < found.Length && wanted[shared].Equals(found[shared], StringComparison.OrdinalIgnoreCase))
            shared++;
        return shared;
    }

    private static string Tell(Miss miss, string method, string host, string path)
    {
        var match = miss.Route.Match;
        string Wanted(Condition condition) => ConditionText.Wanted(condition, match, match.Path ?? "");
        return miss.Failed switch
        {
            Condition.Path => ConditionText.Reason(Condition.Path, Wanted(Condition.Path), path),
            Condition.Host => ConditionText.Reason(Condition.Host, Wanted(Condition.Host), host.Length > 0 ? host : "missing"),
            Condition.Method => ConditionText.Reason(Condition.Method, Wanted(Condition.Method), method),
            Condition.Headers => $"path, host and method match; it also wants header {Wanted(Condition.Headers)}",
            Condition.Query => $"path, host and method match; it also wants query parameter {Wanted(Condition.Query)}",
            _ => "path, host and method match now; a constraint of its path template, or another configuration then, decided otherwise",
        };
    }
}
