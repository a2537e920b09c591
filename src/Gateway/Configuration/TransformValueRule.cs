using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Checks what transforms are told to do. YARP builds any of them: one that frames a message breaks each
/// request, and one that names what a route does not have does nothing, or sends every request to the root.
/// </summary>
internal static class TransformValueRule
{
    // What says where a message ends, or how long a connection lives, belongs to the code that writes the message (RFC 9110 §7.6.1, §8.6).
    private static readonly HashSet<string> Framing = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Content-Length", "HTTP2-Settings", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private static readonly string[] SetHeaders = ["RequestHeader", "RequestHeaderRouteValue", "ResponseHeader", "ResponseTrailer"];
    private static readonly string[] Paths = ["PathSet", "PathPrefix", "PathRemovePrefix"];

    public static bool IsFraming(string header) => Framing.Contains(header);

    public static void Check(IReadOnlyList<RouteConfig> routes, FaultList faults)
    {
        foreach (var route in routes)
        {
            for (var i = 0; i < route.Transforms?.Count; i++)
                Check($"ReverseProxy:Routes:{route.RouteId}:Transforms:{i}", new(route.Transforms[i], StringComparer.OrdinalIgnoreCase), route, faults);
        }
    }

    private static void Check(string path, Dictionary<string, string> transform, RouteConfig route, FaultList faults)
    {
        foreach (var key in SetHeaders)
            CheckHeader(path, key, transform, faults);
        foreach (var key in Paths)
        {
            if (transform.TryGetValue(key, out var value) && PathText.WhyNotSent(value) is { } reason)
                faults.Add($"{path}:{key}", value, reason);
            else if (key == "PathRemovePrefix" && value is not null && PathText.WhyNeverBegun(value) is { } never)
                faults.Add($"{path}:{key}", value, never);
            else if (key == "PathRemovePrefix" && value?.EndsWith('/') is true)
                faults.Add($"{path}:{key}", value, $"removes nothing, as a prefix is whole segments; {(value.Length > 1 ? $"write '{value.TrimEnd('/')}'" : "name the segments that are to go")}.");
        }
        if (transform.TryGetValue("PathPattern", out var pattern))
            CheckPattern($"{path}:PathPattern", pattern, route, faults);
        if (transform.ContainsKey("QueryRouteParameter") || transform.ContainsKey("RequestHeaderRouteValue"))
            CheckRouteValue(path, transform, route, faults);
        if (transform.TryGetValue("HttpMethodChange", out var from) && transform.TryGetValue("Set", out var method))
            CheckMethod($"{path}:Set", from, method, faults);
        if (transform.ContainsKey("X-Forwarded") && transform.TryGetValue("HeaderPrefix", out var prefix) && !HeaderRule.IsName(prefix))
            faults.Add($"{path}:HeaderPrefix", prefix, "is not what a header's name can begin with; allowed is one such as X-Forwarded-.");
    }

    private static void CheckMethod(string path, string from, string method, FaultList faults)
    {
        if (HttpMethods.IsConnect(method))
            faults.Add(path, method, "opens a tunnel in place of a request; allowed is any other method.");
        else if (HttpMethods.IsHead(method) && !HttpMethods.IsHead(from))
            faults.Add(path, method, $"is answered without a body, which a client that sent {from} waits for; allowed is any other method.");
    }

    private static void CheckHeader(string path, string key, Dictionary<string, string> transform, FaultList faults)
    {
        if (!transform.TryGetValue(key, out var name))
            return;
        if (IsFraming(name) && !IsTrailers(name, transform))
            faults.Add($"{path}:{key}", name, "frames the message and is not for transforms to set; the gateway writes it as each message needs it.");
        if (key is not ("RequestHeader" or "RequestHeaderRouteValue") || !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            return;
        if (transform.TryGetValue("Append", out _))
            faults.Add($"{path}:Append", "would send a second host, which is malformed; Set replaces the host.");
        else if (key == "RequestHeader" && transform.TryGetValue("Set", out var host) && !HostName.IsSendable(host))
            faults.Add($"{path}:Set", host, ClusterValueRule.NotAHost);
    }

    // The one value that a gateway may say for others (RFC 9110 §10.1.4).
    private static bool IsTrailers(string name, Dictionary<string, string> transform) =>
        name.Equals("TE", StringComparison.OrdinalIgnoreCase) && transform.TryGetValue("Set", out var value) && value.Equals("trailers", StringComparison.OrdinalIgnoreCase);

    private static void CheckPattern(string path, string text, RouteConfig route, FaultList faults)
    {
        RoutePattern pattern;
        try
        {
            pattern = RoutePatternFactory.Parse(text.StartsWith('/') ? text : $"/{text}");
        }
        catch (RoutePatternException)
        {
            // Reported when the transform is built.
            return;
        }
        var known = PathText.ParametersOf(route.Match?.Path);
        if (PathText.WhyNotSent(pattern) is { } reason)
            faults.Add(path, text, reason);
        // One with a default or a question mark is left out as well: the pattern's own value is never sent.
        else if (pattern.Parameters.FirstOrDefault(parameter => !known.Contains(parameter.Name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            faults.Add(path, text, $"names {{{unknown.Name}}}, which the route's Path does not give a value to; {NearestName.Suggest(unknown.Name, known)}");
    }

    private static void CheckRouteValue(string path, Dictionary<string, string> transform, RouteConfig route, FaultList faults)
    {
        var known = PathText.ParametersOf(route.Match?.Path);
        foreach (var key in (ReadOnlySpan<string>)["Set", "Append"])
        {
            if (transform.TryGetValue(key, out var name) && !known.Contains(name, StringComparer.OrdinalIgnoreCase))
                faults.Add($"{path}:{key}", name, $"is not a parameter of the route's Path; {NearestName.Suggest(name, known)}");
        }
    }
}
