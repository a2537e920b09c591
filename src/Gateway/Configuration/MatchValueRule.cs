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
            CheckEmpty($"{path}:Headers:{i}:Values", header.Values ?? [], "\"Mode\": \"NotExists\" matches requests without the header.", faults);
            // A request's values are compared one at a time, without the spaces around them.
            if (header.Mode is HeaderMatchMode.ExactHeader or HeaderMatchMode.HeaderPrefix)
                CheckSpaces($"{path}:Headers:{i}:Values", header.Values ?? [], faults);
        }
        for (var i = 0; i < match.QueryParameters?.Count; i++)
        {
            var parameter = match.QueryParameters[i];
            CheckPresence($"{path}:QueryParameters:{i}:Values", parameter.Mode.ToString(), parameter.Values, faults);
            CheckEmpty($"{path}:QueryParameters:{i}:Values", parameter.Values ?? [], "\"Mode\": \"Exists\" matches the parameter with any value, or with none.", faults);
        }
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

    // YARP finds an empty value when the first request comes, and then fails every request of every route.
    private static void CheckEmpty(string path, IReadOnlyList<string?> values, string mend, FaultList faults)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (string.IsNullOrEmpty(values[i]))
                faults.Add($"{path}:{i}", "", $"is no value to match; {mend}");
        }
    }

    private static void CheckSpaces(string path, IReadOnlyList<string?> values, FaultList faults)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is { } value && value.Length != value.Trim(' ').Length)
                faults.Add($"{path}:{i}", "begins or ends with a space, which no request's value does.");
        }
    }
}
