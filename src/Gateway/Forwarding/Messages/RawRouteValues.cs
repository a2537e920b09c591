using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Gateway.Forwarding.Messages;

/// <summary>The values of a route's parameters as they stand in the request's path: routing hands them out decoded, and <c>%252F</c> and <c>%2F</c> then look the same.</summary>
internal readonly struct RawRouteValues
{
    private readonly RouteValueDictionary _values;
    private readonly RoutePattern? _pattern;
    private readonly string _raw = "";
    private readonly DecodedPath? _path;

    public RawRouteValues(HttpContext context)
    {
        _values = context.Request.RouteValues;
        _pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern;
        if (RequestTarget.Split(context.Features.Get<IHttpRequestFeature>()!.RawTarget).Path is not { Length: > 0 } path)
            return;
        _raw = TargetText.EscapeText(RequestTarget.WithoutDotSegments(path));
        // Where the two are not the same path, one says nothing about the other.
        if (DecodedPath.Of(_raw) is { } decoded && decoded.Text == context.Request.Path.Value)
            _path = decoded;
    }

    /// <summary>A parameter's value, ready to be sent in a path; null where the request has none.</summary>
    public string? Find(string name)
    {
        if (FindInPath(name) is { } raw)
            return raw;
        // A default value of the route, or a value that something else set.
        return _values.TryGetValue(name, out var value) && value?.ToString() is { Length: > 0 } text ? RequestTarget.Encode("/" + text)[1..] : null;
    }

    // A slash of the path is never decoded into being: both texts have the same segments, in the order of the template.
    private string? FindInPath(string name)
    {
        if (_path is null || _pattern is null)
            return null;
        var start = 1;
        foreach (var segment in _pattern.PathSegments)
        {
            if (start > _path.Text.Length)
                return null;
            if (segment.Parts[0] is RoutePatternParameterPart { IsCatchAll: true } rest)
                return IsNamed(rest, name) ? _raw[_path.RawIndex(start)..] : null;
            if (FindInSegment(segment, start, name) is { } found)
                return found;
            var end = _path.Text.IndexOf('/', start);
            start = end < 0 ? _path.Text.Length + 1 : end + 1;
        }
        return null;
    }

    // All values are known, and so is where each of them begins.
    private string? FindInSegment(RoutePatternPathSegment segment, int start, string name)
    {
        foreach (var part in segment.Parts)
        {
            var text = part switch
            {
                RoutePatternLiteralPart literal => literal.Content,
                RoutePatternSeparatorPart separator => separator.Content,
                RoutePatternParameterPart parameter => _values[parameter.Name]?.ToString(),
                _ => null,
            };
            if (text is null || string.Compare(_path!.Text, start, text, 0, text.Length, StringComparison.OrdinalIgnoreCase) != 0)
                return null;
            if (part is RoutePatternParameterPart named && IsNamed(named, name))
                return _raw[_path.RawIndex(start).._path.RawIndex(start + text.Length)];
            start += text.Length;
        }
        return null;
    }

    private static bool IsNamed(RoutePatternParameterPart parameter, string name) => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
