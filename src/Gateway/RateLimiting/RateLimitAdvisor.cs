using Gateway.Configuration;

namespace Gateway.RateLimiting;

/// <summary>Compares the buckets that one request passes: a limit that another one always reaches first limits nothing.</summary>
internal sealed class RateLimitAdvisor : IConfigurationAdvisor
{
    private const string PerClient = "Gateway:RateLimit:PerClient";

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        if (snapshot.Get(RateLimitSettings.Global) is not { } global)
            return [];
        var client = snapshot.Get(PerClientSettings.Section);
        return OfClients(snapshot, client, global).Concat(OfRoutes(snapshot, global));
    }

    private static IEnumerable<Advice> OfClients(Snapshot snapshot, PerClientSettings? client, RateLimitSettings global)
    {
        if (client is null)
            yield break;
        var limit = $"{PerClient}:{nameof(client.TokenLimit)}";
        var larger = client.TokenLimit > global.TokenLimit;
        if (larger)
        {
            yield return new Advice(limit,
                $"a client's {client.TokenLimit} tokens are more than the {global.TokenLimit} of all clients together, so a single client can empty the global bucket for everybody; a TokenLimit of at most {global.TokenLimit} would fit.");
        }
        // Where the rate follows from a TokenLimit that was just told, it is not told again.
        var path = RatePath(snapshot);
        if (Rate(client) > Rate(global) && !(larger && path == limit))
        {
            yield return new Advice(path,
                $"a client gets {Quantity.Of(Rate(client))} tokens a second, more than the {Quantity.Of(Rate(global))} of all clients together, so a single client can take all that comes back; at most {Quantity.Of(Rate(global))} tokens a second would fit.");
        }
    }

    // A burst that the global bucket cuts first may be meant, when the route's rate is the smaller one. Larger in both, it is dead.
    private static IEnumerable<Advice> OfRoutes(Snapshot snapshot, RateLimitSettings global) =>
        from route in snapshot.Routes
        let own = snapshot.Get(RateLimitSettings.Route, route.RouteId)
        where own is not null && own.TokenLimit >= global.TokenLimit && Rate(own) >= Rate(global)
            && (own.TokenLimit > global.TokenLimit || Rate(own) > Rate(global))
        select new Advice($"ReverseProxy:Routes:{route.RouteId}:RateLimit",
            $"this bucket ({own.TokenLimit} tokens, {Quantity.Of(Rate(own))} a second) is larger than the global one that stands before it ({global.TokenLimit}, {Quantity.Of(Rate(global))} a second), so it never refuses anything; a TokenLimit or a rate below the global one would fit.");

    private static string RatePath(Snapshot snapshot)
    {
        string[] keys = [nameof(RateLimitSettings.TokensPerPeriod), nameof(RateLimitSettings.ReplenishmentPeriod)];
        return $"{PerClient}:{keys.FirstOrDefault(key => snapshot.Has($"{PerClient}:{key}")) ?? nameof(RateLimitSettings.TokenLimit)}";
    }

    private static double Rate(RateLimitSettings bucket) => (bucket.TokensPerPeriod ?? bucket.TokenLimit!.Value) / bucket.ReplenishmentPeriod.TotalSeconds;
}
