using Gateway.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Routing;

/// <summary>A request as it came, to be compared with what was made of it.</summary>
internal sealed class Transformed
{
    private const string TraceParent = "traceparent";

    private readonly string _method;
    private readonly string _target;
    private readonly List<KeyValuePair<string, string>> _headers;

    /// <param name="request">The request, before anything changed it.</param>
    public Transformed(HttpContext request)
    {
        _method = request.Request.Method;
        _target = request.Features.Get<IHttpRequestFeature>()!.RawTarget;
        _headers = [.. request.Request.Headers.Select(header => KeyValuePair.Create(header.Key,
            FieldText.Decode(string.Join(header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase) ? "; " : ", ", header.Value.AsEnumerable()))))];
    }

    /// <param name="sent">The request as it was sent.</param>
    /// <param name="steps">What each transform made of it.</param>
    public ExplainedTransforms Into(SentRequest sent, IReadOnlyList<TransformStep> steps)
    {
        var (path, query) = Split(_target);
        var (sentPath, sentQuery) = Split(sent.Target);
        var before = _headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        var after = sent.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        return new(
            sent.Destination,
            Of(_method, sent.Method, sent.Method, steps, static request => request.Method),
            Of(path, sentPath, sentPath, steps, static request => Split(request.Target).Path),
            Of(query, sentQuery, Secrets.OfQuery(sentQuery, query), steps, static request => Split(request.Target).Query),
            [.. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)
                .Select(name => Of(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name), steps))])
        {
            WithoutEffect = [.. steps.Where(step => ActsOnRequests(step) && !ChangesAnything(step, before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase))).Select(step => step.Name)],
        };
    }

    private static Change Of(string before, string after, string shown, IReadOnlyList<TransformStep> steps, Func<SentRequest, string?> part) =>
        new(before, shown) { By = before == after ? null : By(steps, part) };

    private static HeaderChange Of(string name, string? before, string? after, IReadOnlyList<TransformStep> steps)
    {
        var kind = before is null ? "added" : after is null ? "removed" : before == after ? "kept" : "changed";
        var isTrace = name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase);
        var by = kind == "kept" || isTrace ? null : By(steps, request => Value(request, name));
        // A span is drawn for each request, so this one will not be seen again.
        if (after is not null && isTrace)
            after = "(a new span)";
        else if (kind is "added" or "changed" && Secrets.IsNamed(name))
            after = Secrets.Hidden;
        return new(name, kind, before, after) { By = by };
    }

    // None, where the gateway itself did it.
    private static string[]? By(IReadOnlyList<TransformStep> steps, Func<SentRequest, string?> part) =>
        steps.Where(step => step.Changes(part)).Select(step => step.Name).ToArray() is { Length: > 0 } names ? names : null;

    private static bool ChangesAnything(TransformStep step, IEnumerable<string> headers) =>
        step.Changes(static request => request.Method) || step.Changes(static request => request.Target)
        || headers.Any(name => !name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase) && step.Changes(request => Value(request, name)));

    // What is done to the response is not seen, as there is none.
    private static bool ActsOnRequests(TransformStep step) => !step.Name.Contains(":Response", StringComparison.OrdinalIgnoreCase);

    private static string? Value(SentRequest request, string name) =>
        request.Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static (string Path, string Query) Split(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (target, "") : (target[..query], target[query..]);
    }
}
