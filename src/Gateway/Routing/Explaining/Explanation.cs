using System.Text.Json.Nodes;

namespace Gateway.Routing;

/// <summary>What a request would meet. The names of these records are those of the JSON that scripts read.</summary>
internal sealed record Explanation
{
    public required ExplainedMessage Request { get; init; }

    /// <summary><c>forwarded</c>, <c>refused</c>, or <c>answered</c> by the gateway itself.</summary>
    public required string Outcome { get; init; }

    /// <summary>The status that the client gets; null where the backend decides.</summary>
    public int? Status { get; init; }

    public ExplainedRefusal? Refusal { get; init; }

    public ExplainedRoute? Route { get; init; }

    public IReadOnlyList<ExplainedLimit> Limits { get; init; } = [];

    public ExplainedCluster? Cluster { get; init; }

    /// <summary>What goes to the backend; null when nothing does.</summary>
    public ExplainedTransforms? Sent { get; init; }

    public IReadOnlyList<PassedOver> PassedOver { get; init; } = [];
}

/// <summary>The request as the gateway's routing sees it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path and query as the client sent them.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>, as proxies that are believed say.</param>
/// <param name="Host">The host, likewise.</param>
/// <param name="Path">The path that routes are matched with: decoded, dot segments resolved.</param>
/// <param name="Query">The query with its question mark; empty where there is none.</param>
/// <param name="Client">The client's address, as proxies that are believed say.</param>
internal sealed record ExplainedMessage(string Method, string Target, string Scheme, string Host, string Path, string Query, string? Client);

internal sealed record ExplainedRefusal(int Status, string Title, string Gate, string Detail);

internal sealed record ExplainedRoute(string Id, int Order, string Path, IReadOnlyDictionary<string, string?> Values);

/// <param name="Scope"><c>client</c>, <c>global</c> or <c>route</c>.</param>
/// <param name="TokenLimit">The tokens of a full bucket.</param>
/// <param name="TokensPerPeriod">The tokens that come back in a period.</param>
/// <param name="ReplenishmentPeriod">The period.</param>
/// <param name="Tokens">The tokens that a fresh start has.</param>
/// <param name="BucketOf">Whose bucket, where each has its own.</param>
internal sealed record ExplainedLimit(string Scope, int TokenLimit, int TokensPerPeriod, TimeSpan ReplenishmentPeriod, int Tokens, string? BucketOf);

internal sealed record ExplainedCluster(string Id, string? LoadBalancingPolicy, IReadOnlyList<ExplainedDestination> Destinations)
{
    /// <summary>What a reader should know of the states; not for scripts.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Id">The destination's id.</param>
/// <param name="Address">Its address.</param>
/// <param name="TakesRequest">Whether it could be chosen for this request.</param>
/// <param name="State">What the gates before it say, by their words.</param>
internal sealed record ExplainedDestination(string Id, string Address, bool TakesRequest, IReadOnlyDictionary<string, JsonNode?> State)
{
    /// <summary>The same for a table.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, string> Texts { get; init; } = new Dictionary<string, string>();
}

internal sealed record ExplainedTransforms(
    string Destination, Change Method, Change Path, Change Query, IReadOnlyList<HeaderChange> Headers)
{
    /// <summary>The route's transforms of requests that made no difference to this one.</summary>
    public IReadOnlyList<string> WithoutEffect { get; init; } = [];
}

internal sealed record Change(string Before, string After)
{
    /// <summary>The transforms of the route that did it, such as <c>Transforms:0:PathPrefix</c>; null where the gateway itself did.</summary>
    public IReadOnlyList<string>? By { get; init; }
}

/// <param name="Name">The header's name.</param>
/// <param name="Kind"><c>kept</c>, <c>added</c>, <c>changed</c> or <c>removed</c>.</param>
/// <param name="Before">What the client sent.</param>
/// <param name="After">What the backend gets.</param>
internal sealed record HeaderChange(string Name, string Kind, string? Before, string? After)
{
    /// <summary>The transforms of the route that did it; null where the gateway itself did.</summary>
    public IReadOnlyList<string>? By { get; init; }
}

/// <param name="Route">The route's id.</param>
/// <param name="Order">Its order.</param>
/// <param name="Path">Its path template.</param>
/// <param name="Condition">The first that failed: <c>path</c>, <c>host</c>, <c>method</c>, <c>headers</c>, <c>query</c>; <c>precedence</c> when all hold.</param>
/// <param name="Reason">The same in a sentence.</param>
/// <param name="Wanted">What the route asks for.</param>
/// <param name="Found">What the request has.</param>
internal sealed record PassedOver(string Route, int Order, string Path, string Condition, string Reason, string? Wanted, string? Found);
