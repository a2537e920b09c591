using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Checks the values of headers and query parameters that a route matches by.</summary>
internal static class MatchValueRule
{
    public static void Check(string path, RouteMatch match, FaultList faults)
    {
        for (var i = 0; i < match.Headers?.Count; i++)
        {
            var header = match.Headers[i];
            CheckPresence($"{path}:Headers:{i}:Values", header.Mode.ToString(), header.Values, faults);
            // A request's values are compared one at a time, and an empty one is passed over.
            if (header.Mode is HeaderMatchMode.ExactHeader or HeaderMatchMode.HeaderPrefix)
                CheckValues($"{path}:Headers:{i}:Values", header.Values ?? [], faults);
        }
        for (var i = 0; i < match.QueryParameters?.Count; i++)
            CheckPresence($"{path}:QueryParameters:{i}:Values", match.QueryParameters[i].Mode.ToString(), match.QueryParameters[i].Values, faults);
    }

    // The modes of header and query matching have nearly the same names.
    private static void CheckPresence(string path, string mode, IReadOnlyList<string>? values, FaultList faults)
    {
        // Without a readable mode there is no telling whether it takes values.
        if (faults.AnyBelow(path[..path.LastIndexOf(':')]))
            return;
        var isOfValues = mode is not (nameof(HeaderMatchMode.Exists) or nameof(HeaderMatchMode.NotExists));
        if (isOfValues && values is not { Count: > 0 })
            faults.Add(path, "is missing; \"Mode\": \"Exists\" matches every value.");
        else if (!isOfValues && values is { Count: > 0 })
            faults.Add(path, $"does not go with \"Mode\": \"{mode}\", which takes no values.");
    }

    private static void CheckValues(string path, IReadOnlyList<string> values, FaultList faults)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i].Length == 0)
                faults.Add($"{path}:{i}", values[i], "is a value that no request matches; \"Mode\": \"NotExists\" matches those without the header.");
            else if (values[i].StartsWith(' '))
                faults.Add($"{path}:{i}", "begins with a space, which no request's value does.");
        }
    }
}
