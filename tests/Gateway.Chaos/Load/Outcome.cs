using System.Text.Json;

namespace Gateway.Chaos.Load;

/// <summary>How a request failed, as its client sees it.</summary>
internal sealed record Failure
{
    /// <summary>The request's target, unique among all requests.</summary>
    public required string Path { get; init; }

    /// <summary>The id that a POST carried; null for a GET.</summary>
    public string? PostId { get; init; }

    /// <summary>The status, 0 when no response came.</summary>
    public int Status { get; init; }

    /// <summary>Seconds since the load began.</summary>
    public double At { get; init; }

    /// <summary>What the problem body calls it, or what happened to the connection.</summary>
    public string Title { get; init; } = "";

    /// <summary>The header that tells which kind of failure it was.</summary>
    public string ProxyStatus { get; init; } = "";

    public string Reason => $"{Status} {Title} [{ProxyStatus}]";

    public override string ToString() => $"{At:0.000} s {Path}: {Reason}";

    /// <summary>The title of problem details; empty where the body is none.</summary>
    public static string TitleOf(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("title", out var title) ? title.GetString()! : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}

/// <summary>What became of the requests of all clients.</summary>
internal sealed record Tally
{
    public required int Gets { get; init; }

    public required int Posts { get; init; }

    /// <summary>The ids of the POSTs that were answered with success.</summary>
    public required IReadOnlyList<string> Acknowledged { get; init; }

    public required IReadOnlyList<Failure> Failures { get; init; }

    /// <summary>The longest time that a request took.</summary>
    public required TimeSpan Longest { get; init; }

    public int Requests => Gets + Posts;

    public IEnumerable<Failure> FailedGets => Failures.Where(failure => failure.PostId is null);

    public IEnumerable<Failure> FailedPosts => Failures.Where(failure => failure.PostId is not null);

    public override string ToString() =>
        $"{Gets} GETs, {FailedGets.Count()} failed; {Posts} POSTs, {FailedPosts.Count()} failed; longest {Longest.TotalMilliseconds:0} ms"
        + string.Concat(Failures.CountBy(failure => $"{(failure.PostId is null ? "GET " : "POST")} {failure.Reason}").Select(reason => $"\n  {reason.Value,5} {reason.Key}"));
}
