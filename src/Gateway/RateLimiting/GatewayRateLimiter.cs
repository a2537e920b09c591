using System.Collections.Frozen;
using System.Globalization;
using System.Threading.RateLimiting;
using Gateway.Configuration;
using Gateway.Telemetry;
using Yarp.ReverseProxy.Model;

namespace Gateway.RateLimiting;

/// <summary>
/// The limits of the gateway as one of .NET's rate limiters: the client's bucket, then the one for all
/// together, then the route's. The first empty one refuses, and those behind it lose nothing.
/// </summary>
internal sealed class GatewayRateLimiter : PartitionedRateLimiter<HttpContext>, IConfigurationListener, IReloadWitness
{
    private readonly TimeProvider _time;
    private readonly BucketClock _clock;
    private volatile Limits _limits = Limits.None;

    // Of routes that the configuration in force does not have or does not limit; changed by one save at a time.
    private readonly Dictionary<string, RouteBucket> _gone = new(StringComparer.OrdinalIgnoreCase);

    public GatewayRateLimiter(TimeProvider time)
    {
        (_time, _clock) = (time, new BucketClock(time));
        Busiest = new BusiestClients(Clients, _clock, time.TimestampFrequency);
    }

    private sealed record Limits(
        BucketRate? Client, string? ClientHeader, int MaxClients, TokenBucket? Global, FrozenDictionary<string, RouteBucket> Routes)
    {
        public static readonly Limits None = new(null, null, 0, null, FrozenDictionary<string, RouteBucket>.Empty);
    }

    public ClientBuckets Clients { get; } = new();

    public BusiestClients Busiest { get; }

    public TokenBucket? Global => _limits.Global;

    public IReadOnlyDictionary<string, RouteBucket> Routes => _limits.Routes;

    public void Apply(Snapshot snapshot)
    {
        var old = _limits;
        var perClient = snapshot.Get(PerClientSettings.Section);
        var global = snapshot.Get(RateLimitSettings.Global);
        var routes = snapshot.Routes
            .Select(route => (route.RouteId, Settings: snapshot.Get(RateLimitSettings.Route, route.RouteId)))
            .Where(route => route.Settings is not null)
            .ToFrozenDictionary(route => route.RouteId, route => RenewRoute(route.RouteId, old, route.Settings!), StringComparer.OrdinalIgnoreCase);
        _limits = new Limits(
            perClient is null ? null : RateOf(perClient, old.Client), perClient?.HeaderName, perClient?.MaxClients ?? 0,
            global is null ? null : Renew(old.Global, global), routes);
        foreach (var (route, bucket) in old.Routes.Where(route => !routes.ContainsKey(route.Key)))
            _gone[route] = bucket;
        Clients.Trim(_limits.MaxClients);
    }

    public void Settled(Snapshot snapshot)
    {
        foreach (var (route, _) in _gone.Where(static route => !route.Value.IsHeld).ToList())
            _gone.Remove(route);
    }

    /// <summary>Says what became of each bucket whose numbers changed.</summary>
    public IEnumerable<string> Describe(Snapshot before, Snapshot after)
    {
        if (before.Get(RateLimitSettings.Global) != after.Get(RateLimitSettings.Global))
            yield return Describe("the global bucket", before.Get(RateLimitSettings.Global) is null, Global);
        if (before.Get(PerClientSettings.Section) != after.Get(PerClientSettings.Section))
            yield return $"{Clients.Count} clients keep the levels of their buckets";
        foreach (var (route, bucket) in Routes)
        {
            if (before.Get(RateLimitSettings.Route, route) is var old && old != after.Get(RateLimitSettings.Route, route))
                yield return Describe($"the bucket of route '{route}'", old is null, bucket);
        }
    }

    private static string Describe(string name, bool isNew, TokenBucket? bucket) => bucket is null ? $"{name} is gone"
        : string.Create(CultureInfo.InvariantCulture, $"{name} {(isNew ? "starts with" : "kept")} {Math.Floor(bucket.Tokens)} of {bucket.Rate.Limit} tokens");

    // Clients' buckets go over to other numbers when their clients come, as of the moment at which those came into force.
    private BucketRate RateOf(RateLimitSettings settings, BucketRate? before)
    {
        var rate = new BucketRate(settings, _time) { InForceSince = _clock.Now };
        return before?.HasNumbersOf(rate) is true ? before : rate;
    }

    // A route that comes back while requests still hold its bucket finds the level that they left.
    private RouteBucket RenewRoute(string route, Limits old, RateLimitSettings settings)
    {
        var bucket = old.Routes.GetValueOrDefault(route);
        if (_gone.Remove(route, out var gone) && gone.IsHeld)
            bucket ??= gone;
        if (bucket is null)
            return new RouteBucket(new BucketRate(settings, _time), _clock);
        bucket.Reconfigure(new BucketRate(settings, _time));
        return bucket;
    }

    private TokenBucket Renew(TokenBucket? bucket, RateLimitSettings settings)
    {
        var rate = new BucketRate(settings, _time);
        if (bucket is null)
            return new TokenBucket(rate, _clock);
        bucket.Reconfigure(rate);
        return bucket;
    }

    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount)
    {
        var limits = _limits;
        var now = _clock.Now;
        if (limits.Client is { } rate)
        {
            var key = ClientKey.Of(resource, limits.ClientHeader);
            var window = Busiest.WindowAt(now);
            var take = Clients.Take(key, rate, limits.MaxClients, now, window);
            if (!take.IsTaken)
                return new RefusedLease(LimitScope.Client, rate, rate.TimeToToken(take.Level), (double)take.Level / rate.Token);
            Busiest.Took(key, take, window);
        }
        if (limits.Global is { } global && !global.TryTake(now))
            return Refuse(LimitScope.Global, global, now);
        if (limits.Routes.Count == 0 || resource.GetEndpoint()?.Metadata.GetMetadata<RouteModel>() is not { } route
            || !limits.Routes.TryGetValue(route.Config.RouteId, out var bucket))
        {
            return AdmittedLease.Instance;
        }
        return bucket.TryHold(now) is { } lease ? lease : RefuseOnRoute(resource, route, bucket, now);
    }

    // There is no queue: waiting would not bring a token sooner than asking again does.
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext context, int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(context, permitCount));

    // The route is what refuses, and so it is known: where the buckets before it refuse, none was chosen yet.
    private static RefusedLease RefuseOnRoute(HttpContext context, RouteModel route, TokenBucket bucket, long now)
    {
        Exchange.Of(context).Route = route.Config.RouteId;
        return Refuse(LimitScope.Route, bucket, now);
    }

    private static RefusedLease Refuse(LimitScope scope, TokenBucket bucket, long now) =>
        new(scope, bucket.Rate, bucket.TimeToToken(now), bucket.Tokens);

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;
}
