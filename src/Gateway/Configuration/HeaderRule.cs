using System.Buffers;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Checks that what a route calls a header can be one. A name that cannot be sent, YARP leaves out
/// and says nothing; a value that cannot fails every request.
/// </summary>
internal static class HeaderRule
{
    // RFC 9110 §5.6.2: a field name is a token.
    private static readonly SearchValues<char> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> Control = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c).Where(c => c != '\t'), (char)0x7F]);

    // YARP's transforms whose value is the name of a header, and those whose value is a list of such.
    private static readonly string[] Named =
        ["RequestHeader", "RequestHeaderRouteValue", "RequestHeaderRemove", "ResponseHeader", "ResponseHeaderRemove", "ResponseTrailer", "ResponseTrailerRemove", "ClientCert"];
    private static readonly string[] Lists = ["RequestHeadersAllowed", "ResponseHeadersAllowed", "ResponseTrailersAllowed"];

    public static bool IsName(string? name) => !string.IsNullOrEmpty(name) && !name.AsSpan().ContainsAnyExcept(Token);

    public static void Check(IReadOnlyList<RouteConfig> routes, FaultList faults)
    {
        foreach (var route in routes)
        {
            var path = $"ReverseProxy:Routes:{route.RouteId}";
            for (var i = 0; i < route.Match?.Headers?.Count; i++)
                CheckName($"{path}:Match:Headers:{i}:Name", route.Match.Headers[i].Name, faults);
            for (var i = 0; i < route.Transforms?.Count; i++)
            {
                CheckNames($"{path}:Transforms:{i}", route.Transforms[i], faults);
                CheckValue($"{path}:Transforms:{i}", route.Transforms[i], faults);
            }
        }
    }

    private static void CheckNames(string path, IReadOnlyDictionary<string, string> transform, FaultList faults)
    {
        foreach (var (key, value) in transform)
        {
            if (Named.Contains(key, StringComparer.OrdinalIgnoreCase))
                CheckName($"{path}:{key}", value, faults);
            else if (Lists.Contains(key, StringComparer.OrdinalIgnoreCase))
                foreach (var name in value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                    CheckName($"{path}:{key}", name, faults);
        }
    }

    // The value may be a password, and is not shown.
    private static void CheckValue(string path, IReadOnlyDictionary<string, string> transform, FaultList faults)
    {
        if (!transform.ContainsKey("RequestHeader") && !transform.ContainsKey("ResponseHeader") && !transform.ContainsKey("ResponseTrailer"))
            return;
        foreach (var key in (ReadOnlySpan<string>)["Set", "Append"])
        {
            if (!transform.TryGetValue(key, out var value))
                continue;
            if (value.AsSpan().ContainsAny(Control))
                faults.Add($"{path}:{key}", "is not what a header can hold: it has a control character.");
            else if (value.Length != value.Trim(' ', '\t').Length)
                faults.Add($"{path}:{key}", "begins or ends with a space, which no header's value does.");
        }
    }

    // An empty name is missing; who checks what must be there says so.
    private static void CheckName(string path, string? name, FaultList faults)
    {
        if (!string.IsNullOrEmpty(name) && !IsName(name))
            faults.Add(path, name, "is not a header's name; allowed are letters, digits and !#$%&'*+-.^_`|~.");
    }
}
