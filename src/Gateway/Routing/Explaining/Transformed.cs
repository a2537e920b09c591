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

    public ExplainedTransforms Into(SentRequest sent)
    {
        var (path, query) = Split(_target);
        var (sentPath, sentQuery) = Split(sent.Target);
        var before = _headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        var after = sent.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase);
        return new(sent.Destination, new(_method, sent.Method), new(path, sentPath), new(query, Secrets.OfQuery(sentQuery, query)),
            [.. before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)
                .Select(name => Of(name, before.GetValueOrDefault(name), after.GetValueOrDefault(name)))]);
    }

    private static HeaderChange Of(string name, string? before, string? after)
    {
        var kind = before is null ? "added" : after is null ? "removed" : before == after ? "kept" : "changed";
        // A span is drawn for each request, so this one will not be seen again.
        if (after is not null && name.Equals(TraceParent, StringComparison.OrdinalIgnoreCase))
            after = "(a new span)";
        else if (kind is "added" or "changed" && Secrets.IsNamed(name))
            after = Secrets.Hidden;
        return new(name, kind, before, after);
    }

    private static (string Path, string Query) Split(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? (target, "") : (target[..query], target[query..]);
    }
}
