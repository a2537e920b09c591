using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds what a route is told to match and hardly any request has.</summary>
internal sealed partial class MatchAdvisor : IConfigurationAdvisor
{
    // What clients send. A route may list any other method, but one that is nearly one of these was meant as it.
    private static readonly string[] Methods =
    [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE",
        "LOCK", "UNLOCK", "SEARCH", "REPORT", "MERGE", "PURGE", "BIND", "LINK", "UNLINK", "ACL", "MKCALENDAR", "CHECKOUT", "CHECKIN", "SUBSCRIBE", "NOTIFY",
    ];

    // Words for 'any' in other products.
    private static readonly string[] AnyWords = ["ANY", "ALL"];

    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.Routes.SelectMany(static route =>
    {
        var path = $"ReverseProxy:Routes:{route.RouteId}:Match";
        return OfPath($"{path}:Path", route.Match.Path)
            .Concat((route.Match.Methods ?? []).SelectMany((method, i) => OfMethod($"{path}:Methods:{i}", method)))
            .Concat((route.Match.Headers ?? []).SelectMany((header, i) => OfHeader($"{path}:Headers:{i}", header)))
            .Concat((route.Match.QueryParameters ?? []).SelectMany((parameter, i) => OfQuery($"{path}:QueryParameters:{i}", parameter)));
    });

    private static IEnumerable<Advice> OfPath(string path, string? template)
    {
        if (template?.Contains('*', StringComparison.Ordinal) is true
            && RoutePatternFactory.Parse(template).PathSegments.SelectMany(segment => segment.Parts).Any(part => part is RoutePatternLiteralPart literal && literal.Content.Contains('*', StringComparison.Ordinal)))
        {
            yield return new Advice(path, "a star outside of braces is matched as it stands and stands for nothing else; {**rest} would match whatever follows.");
        }
    }

    private static IEnumerable<Advice> OfMethod(string path, string method)
    {
        if (AnyWords.Contains(method, StringComparer.OrdinalIgnoreCase))
            yield return new Advice(path, $"'{method}' is matched as a method of that name, which no client sends; no Methods at all match every method.");
        else if (!Methods.Contains(method, StringComparer.OrdinalIgnoreCase) && NearestName.Find(method, Methods) is { } meant)
            yield return new Advice(path, $"'{method}' is not a method that clients send; did you mean '{meant}'?");
    }

    private static IEnumerable<Advice> OfHeader(string path, RouteHeader header)
    {
        var separator = header.Name.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? ';' : ',';
        for (var i = 0; header.Mode is HeaderMatchMode.ExactHeader or HeaderMatchMode.HeaderPrefix && i < header.Values?.Count; i++)
        {
            if (header.Values[i].Contains(separator, StringComparison.Ordinal))
                yield return new Advice($"{path}:Values:{i}", $"a request's values are compared one by one, parted at each '{separator}', so this one with a '{separator}' in it never matches; \"Mode\": \"Contains\" looks at the whole header.");
        }
    }

    private static IEnumerable<Advice> OfQuery(string path, RouteQueryParameter parameter)
    {
        for (var i = 0; i < parameter.Values?.Count; i++)
        {
            if (Escape().IsMatch(parameter.Values[i]))
                yield return new Advice($"{path}:Values:{i}", "a request's query is decoded before it is compared, so this escape matches only itself, escaped once more; the character itself would fit.");
        }
    }

    [GeneratedRegex("%[0-9A-Fa-f]{2}")]
    private static partial Regex Escape();
}
