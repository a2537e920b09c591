using Gateway.Routing;

namespace Gateway.Commands;

/// <summary>What becomes of a request on its way to the backend, line by line; what stays as it was is only counted.</summary>
internal static class TransformText
{
    public static IEnumerable<string> Lines(ExplainedTransforms sent)
    {
        yield return Line("method", sent.Method);
        yield return Line("path", sent.Path);
        yield return Line("query", sent.Query);
        foreach (var header in sent.Headers.Where(header => header.Kind != "kept"))
            yield return Line(header);
        var kept = sent.Headers.Count(header => header.Kind == "kept");
        if (kept > 0)
            yield return $"= {kept} other header{(kept == 1 ? "" : "s")} as sent";
        if (sent.WithoutEffect.Count > 0)
            yield return $"without effect here: {string.Join(", ", sent.WithoutEffect)}";
    }

    private static string Line(string what, Change change) => change.Before == change.After
        ? $"{what} {(change.After.Length == 0 ? "empty" : change.After)}, unchanged" : $"{what} {Shown(change.Before)} -> {Shown(change.After)}{By(change.By)}";

    private static string Line(HeaderChange header) => header.Kind switch
    {
        "added" => $"+ {header.Name}: {header.After}{By(header.By)}",
        "removed" => $"- {header.Name}: {header.Before}{By(header.By)}",
        _ => $"~ {header.Name}: {header.Before} -> {header.After}{By(header.By)}",
    };

    private static string By(IReadOnlyList<string>? transforms) => transforms is null ? "" : $"  ({string.Join(", ", transforms)})";

    private static string Shown(string text) => text.Length == 0 ? "(empty)" : text;
}
