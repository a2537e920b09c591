namespace Gateway.Routing;

/// <summary>What a route asks of a request, in the order in which it is told.</summary>
internal enum Condition
{
    Path,
    Host,
    Method,
    Headers,
    Query,
}

/// <summary>Finds the first condition of a route that a request does not meet, by asking the matcher with one condition more each time. Used for one request.</summary>
internal sealed class RouteConditions(RouteMatcher matcher)
{
    private static readonly Condition[] InOrder = Enum.GetValues<Condition>();
    private readonly Dictionary<string, bool> _paths = [];

    /// <summary>The first condition that fails; null when the route would take the request if it were the only one.</summary>
    public async Task<Condition?> FirstFailedAsync(HttpContext request, RouteEndpoint endpoint)
    {
        foreach (var condition in InOrder)
        {
            var isAsked = condition == Condition.Path || endpoint.Metadata.Any(metadata => Of(metadata) == condition);
            if (isAsked && !await IsMetAsync(request, endpoint, condition))
                return condition;
        }
        return null;
    }

    // Thousands of routes often differ by host or header and share their paths.
    private async Task<bool> IsMetAsync(HttpContext request, RouteEndpoint endpoint, Condition condition)
    {
        var template = condition == Condition.Path ? endpoint.RoutePattern.RawText : null;
        if (template is not null && _paths.TryGetValue(template, out var known))
            return known;
        var isMet = await matcher.IsMatchAsync(request, UpTo(endpoint, condition));
        if (template is not null)
            _paths[template] = isMet;
        return isMet;
    }

    /// <summary>The condition that a piece of an endpoint's metadata stands for; null where it is none.</summary>
    public static Condition? Of(object metadata) => metadata switch
    {
        IHostMetadata => Condition.Host,
        IHttpMethodMetadata => Condition.Method,
        // YARP's own are not public; a test holds these names.
        _ when Implements(metadata, "IHeaderMetadata") => Condition.Headers,
        _ when Implements(metadata, "IQueryParameterMetadata") => Condition.Query,
        _ => null,
    };

    private static bool Implements(object metadata, string name) => metadata.GetType().GetInterface(name) is not null;

    private static RouteEndpoint UpTo(RouteEndpoint endpoint, Condition last) => new(
        static _ => Task.CompletedTask, endpoint.RoutePattern, endpoint.Order,
        new EndpointMetadataCollection(endpoint.Metadata.Where(metadata => !(Of(metadata) > last))),
        endpoint.DisplayName);
}
