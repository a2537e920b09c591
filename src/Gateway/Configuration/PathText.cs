using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Gateway.Configuration;

/// <summary>What is wrong with paths that a configuration holds. Those that are matched stand for decoded ones; none has a query.</summary>
internal static partial class PathText
{
    private const string DotSegment = "holds a dot segment, and those are resolved before anything is matched or sent; write the path that it leads to.";

    /// <summary>Says why no request can match a template; null when one can.</summary>
    public static string? WhyNeverMatched(RoutePattern pattern)
    {
        if (Literals(pattern).FirstOrDefault(IsDecoded) is { } literal)
            return NeverMatches(Escape().Match(literal).Value);
        return pattern.PathSegments.Any(segment => segment.Parts is [RoutePatternLiteralPart { Content: "." or ".." }]) ? DotSegment : null;
    }

    /// <summary>Says why a path that is sent would not arrive as it is written; null when it does.</summary>
    public static string? WhyNotSent(string path) =>
        path.Contains("://", StringComparison.Ordinal) ? "is an address where a path is expected; the host is the destination's."
        : path.Contains('?', StringComparison.Ordinal) ? "holds a question mark, which would arrive as %3F; QueryValueParameter sets a query."
        : path.Split('/').Any(segment => segment is "." or "..") ? DotSegment : null;

    /// <summary>Says why no request's path begins with a prefix; null when one can.</summary>
    public static string? WhyNeverBegun(string prefix) => Escape().Match(prefix) is { Success: true } escape ? NeverMatches(escape.Value) : null;

    /// <summary>Says why a pattern's literal parts would not arrive as they are written; null when they do.</summary>
    public static string? WhyNotSent(RoutePattern pattern) => WhyNotSent(string.Join('/', pattern.PathSegments.Select(
        segment => string.Concat(segment.Parts.Select(part => part is RoutePatternLiteralPart literal ? literal.Content : "x")))));

    /// <summary>The names that a route's path gives values to.</summary>
    public static IReadOnlyList<string> ParametersOf(string? template)
    {
        try
        {
            return [.. RoutePatternFactory.Parse(string.IsNullOrEmpty(template) ? "/{**catchall}" : template).Parameters.Select(parameter => parameter.Name)];
        }
        catch (RoutePatternException)
        {
            // Told elsewhere.
            return [];
        }
    }

    private static string NeverMatches(string escape) =>
        $"never matches, as a request's path is decoded before: write the character itself in place of {escape} (only %2F stays).";

    private static IEnumerable<string> Literals(RoutePattern pattern) =>
        pattern.PathSegments.SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>().Select(literal => literal.Content);

    // A slash stays escaped when a request's path is decoded, and so does what is no UTF-8.
    private static bool IsDecoded(string literal)
    {
        foreach (var run in Escapes().EnumerateMatches(literal))
        {
            ReadOnlySpan<byte> octets = Convert.FromHexString(literal.Substring(run.Index, run.Length).Replace("%", "", StringComparison.Ordinal));
            while (!octets.IsEmpty)
            {
                if (Rune.DecodeFromUtf8(octets, out var rune, out var consumed) == OperationStatus.Done && rune.Value != '/')
                    return true;
                octets = octets[consumed..];
            }
        }
        return false;
    }

    [GeneratedRegex("%(?!2[Ff])[0-9A-Fa-f]{2}")]
    private static partial Regex Escape();

    [GeneratedRegex("(%[0-9A-Fa-f]{2})+")]
    private static partial Regex Escapes();
}
