using Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Routing;

/// <summary>Says what a route wants and what a request has.</summary>
internal static class ConditionText
{
    public static string Wanted(Condition condition, RouteMatch match, string template) => condition switch
    {
        Condition.Path => template,
        Condition.Host => string.Join(" or ", match.Hosts ?? []),
        Condition.Method => string.Join(" or ", match.Methods ?? []),
        Condition.Headers => string.Join(" and ", (match.Headers ?? []).Select(header => Wanted(header.Name, header.Mode.ToString(), header.Values))),
        _ => string.Join(" and ", (match.QueryParameters ?? []).Select(parameter => Wanted(parameter.Name, parameter.Mode.ToString(), parameter.Values))),
    };

    public static string Found(Condition condition, RouteMatch match, HttpRequest request) => condition switch
    {
        Condition.Path => request.Path.Value is { Length: > 0 } path ? path : "empty",
        Condition.Host => request.Host.HasValue ? request.Host.Value! : "missing",
        Condition.Method => request.Method,
        Condition.Headers => string.Join(" and ", (match.Headers ?? []).Select(header => Found(header.Name, FieldText.Decode(request.Headers[header.Name].ToString())))),
        _ => string.Join(" and ", (match.QueryParameters ?? []).Select(parameter => Found(parameter.Name, request.Query[parameter.Name].ToString()))),
    };

    public static string Reason(Condition condition, string wanted, string found) => condition switch
    {
        Condition.Headers => $"header {found}, wanted {wanted}",
        Condition.Query => $"query parameter {found}, wanted {wanted}",
        _ => $"{condition.ToString().ToLowerInvariant()} is {found}, wanted {wanted}",
    };

    private static string Found(string name, string value) => value.Length > 0 ? $"{name} is {value}" : $"{name} is missing";

    // The modes of header and query matching have nearly the same names.
    private static string Wanted(string name, string mode, IReadOnlyList<string>? values)
    {
        var any = Secrets.IsNamed(name) ? Secrets.Hidden : string.Join(" or ", values?.Select(FieldText.Decode) ?? []);
        return mode switch
        {
            "Exists" => $"{name} to be there",
            "NotExists" => $"{name} to be missing",
            "Contains" => $"{name} to contain {any}",
            "NotContains" => $"{name} not to contain {any}",
            "HeaderPrefix" or "Prefix" => $"{name} to begin with {any}",
            _ => $"{name} to be {any}",
        };
    }
}
