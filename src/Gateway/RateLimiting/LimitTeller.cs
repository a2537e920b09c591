using Gateway.Configuration;
using Gateway.Routing;

namespace Gateway.RateLimiting;

/// <summary>Tells which buckets a request takes a token from, and how full they are at a start.</summary>
internal sealed class LimitTeller(ConfigurationStore configuration) : ILimitTeller
{
    public IEnumerable<ExplainedLimit> LimitsOf(HttpContext context, string routeId)
    {
        var snapshot = configuration.Current;
        if (snapshot.Get(PerClientSettings.Section) is { } client)
            yield return Of("client", client, ClientKey.Describe(context, client.HeaderName));
        if (snapshot.Get(RateLimitSettings.Global) is { } global)
            yield return Of("global", global, null);
        if (snapshot.Get(RateLimitSettings.Route, routeId) is { } route)
            yield return Of("route", route, null);
    }

    private static ExplainedLimit Of(string scope, RateLimitSettings settings, string? bucketOf) =>
        new(scope, settings.TokenLimit!.Value, settings.TokensPerPeriod ?? settings.TokenLimit.Value, settings.ReplenishmentPeriod,
            settings.TokenLimit.Value, bucketOf);
}
