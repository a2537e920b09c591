namespace Gateway.IntegrationTests.Refusals;

/// <summary>A row of the contract's table of refusals.</summary>
internal sealed record ExpectedRefusal(int Status, string Title, string Gate, string ProxyStatusError, int GrpcStatus, string? RetryAfter = null, string? Scope = null)
{
    /// <summary>What is expected in each <see cref="Situation"/>.</summary>
    public static readonly IReadOnlyDictionary<string, ExpectedRefusal> Of = new Dictionary<string, ExpectedRefusal>
    {
        ["client bucket empty"] = Limited("client"),
        ["global bucket empty"] = Limited("global"),
        ["route bucket empty"] = Limited("route"),
        ["no route"] = new(404, "No route matches", "route", "destination_not_found", 12),
        ["no route for the method"] = new(405, "Method not allowed", "route", "http_request_denied", 12),
        ["no destination"] = Unhealthy,
        ["all weights zero"] = Unhealthy,
        ["probe failed"] = Unhealthy,
        ["circuit open"] = new(503, "Circuit open", "circuit", "destination_unavailable", 14, "3600"),
        ["pool full"] = Full,
        ["queue timed out"] = Full,
        ["connection refused"] = new(502, "Backend unreachable", "upstream", "connection_refused", 14),
        ["connection timed out"] = ConnectTimeout,
        ["connection closed"] = Lost,
        ["connection reset"] = Lost,
        ["half a head"] = Lost,
        ["no response"] = Slow,
        ["route timeout"] = Slow,
        ["route timeout while connecting"] = ConnectTimeout,
        ["not HTTP"] = new(502, "Invalid backend response", "upstream", "http_protocol_error", 14),
    };

    private static ExpectedRefusal Unhealthy => new(502, "No healthy backends", "health", "destination_unavailable", 14);

    private static ExpectedRefusal Full => new(503, "Pool exhausted", "pool", "connection_limit_reached", 14, "1");

    private static ExpectedRefusal ConnectTimeout => new(504, "Backend unreachable", "upstream", "connection_timeout", 14);

    private static ExpectedRefusal Lost => new(502, "Backend closed the connection", "upstream", "connection_terminated", 14);

    private static ExpectedRefusal Slow => new(504, "Backend timed out", "upstream", "http_response_timeout", 4);

    private static ExpectedRefusal Limited(string scope) => new(429, "Rate limit exceeded", "rate-limit", "http_request_denied", 8, "3600", scope);
}
