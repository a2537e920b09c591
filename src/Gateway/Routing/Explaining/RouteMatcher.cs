namespace Gateway.Routing;

/// <summary>Asks the gateway's own matcher about one endpoint at a time.</summary>
internal sealed class RouteMatcher(IServiceProvider services)
{
    /// <summary>Says whether the request would go to this endpoint if it were the only one.</summary>
    public async Task<bool> IsMatchAsync(HttpContext request, Endpoint endpoint) =>
        // A path that is known with other methods only gets an endpoint of ASP.NET Core's own.
        ReferenceEquals(await new EndpointMatcher(services, endpoint).FindAsync(request), endpoint);
}
