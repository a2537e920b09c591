using System.Text;
using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Transforms;

namespace Gateway.Forwarding.Messages;

/// <summary>A path put together from the route's parameters, each byte for byte as the client sent it. YARP's own decodes them twice.</summary>
internal sealed class PathPatternTransform(RoutePattern pattern) : RequestTransform
{
    private readonly bool _endsWithSlash = pattern.RawText is { Length: > 1 } text && text.EndsWith('/');

    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var path = new StringBuilder();
        if (TryWrite(path, new RawRouteValues(context.HttpContext)))
            TransformedTarget.SetPath(context, path.ToString());
        else
            context.Path = PathString.Empty;
        return default;
    }

    // A parameter without a value ends the path where it may be left out; else there is no path.
    private bool TryWrite(StringBuilder path, RawRouteValues values)
    {
        foreach (var segment in pattern.PathSegments)
        {
            var length = path.Length;
            path.Append('/');
            if (TryWrite(path, segment, values))
                continue;
            path.Length = length;
            if (!segment.Parts.All(part => part is RoutePatternParameterPart { IsOptional: true } or RoutePatternParameterPart { IsCatchAll: true }))
                return false;
            break;
        }
        if (path.Length == 0 || (_endsWithSlash && path[^1] != '/'))
            path.Append('/');
        return true;
    }

    private static bool TryWrite(StringBuilder path, RoutePatternPathSegment segment, RawRouteValues values)
    {
        for (var i = 0; i < segment.Parts.Count; i++)
        {
            var text = segment.Parts[i] switch
            {
                RoutePatternLiteralPart literal => Literal(literal.Content),
                // It stands before a parameter that may be missing, and goes with it.
                RoutePatternSeparatorPart separator => Value((RoutePatternParameterPart)segment.Parts[i + 1], values) is null ? "" : Literal(separator.Content),
                RoutePatternParameterPart parameter => Value(parameter, values) ?? (parameter.IsOptional && i > 0 ? "" : null),
                _ => null,
            };
            if (text is null)
                return false;
            path.Append(text);
        }
        return true;
    }

    private static string Literal(string text) => PathLiteralTransform.Encode("/" + text)[1..];

    private static string? Value(RoutePatternParameterPart parameter, RawRouteValues values)
    {
        var value = values.Find(parameter.Name) ?? (parameter.Default?.ToString() is { } text ? RequestTarget.Encode("/" + text)[1..] : null);
        return parameter.EncodeSlashes ? value?.Replace("/", "%2F", StringComparison.Ordinal) : value;
    }
}
