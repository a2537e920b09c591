using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Pooling;

/// <summary>Finds queues that nobody can wait in, or waits in for nothing, and permits that the HTTP client cannot serve.</summary>
internal sealed class PoolAdvisor : IConfigurationAdvisor
{
    /// <summary>What clients and load balancers wait for an answer where a route does not say: the usual default of both.</summary>
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(60);

    private static readonly string Enabled = $"{PoolSettings.Section.Path}:{nameof(PoolSettings.Enabled)}";
    private static readonly string QueueLimit = $"{PoolSettings.Section.Path}:{nameof(PoolSettings.QueueLimit)}";
    private static readonly string QueueTimeout = $"{PoolSettings.Section.Path}:{nameof(PoolSettings.QueueTimeout)}";

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var routes = snapshot.Routes.ToLookup(route => route.ClusterId, StringComparer.OrdinalIgnoreCase);
        foreach (var cluster in snapshot.Clusters)
        {
            if (snapshot.Get(PoolSettings.Section, cluster.ClusterId) is not { } pool)
                continue;
            if (OfQueue(snapshot, cluster.ClusterId, pool, [.. routes[cluster.ClusterId]]) is { } queue)
                yield return queue;
            if (OfPermits(cluster, pool) is { } permits)
                yield return permits;
        }
    }

    private static Advice? OfQueue(Snapshot snapshot, string clusterId, PoolSettings pool, IReadOnlyList<RouteConfig> routes)
    {
        if (pool.QueueLimit == 0)
            return null;
        if (!pool.Enabled)
            return OfQueueWithoutPool(snapshot, clusterId, pool);
        if (pool.QueueTimeout == TimeSpan.Zero)
        {
            return new Advice(snapshot.PathOf(clusterId, QueueTimeout),
                $"a QueueTimeout of 0 s lets nobody wait, so the queue of {pool.QueueLimit} stays empty and a full pool refuses at once; a QueueTimeout such as 00:00:01 would fit, or a QueueLimit of 0.");
        }
        return OfQueueTimeout(snapshot, clusterId, pool, routes);
    }

    // A cluster that turns the pool off may well leave the queue of the defaults to the others.
    private static Advice? OfQueueWithoutPool(Snapshot snapshot, string clusterId, PoolSettings pool) =>
        snapshot.Sets(clusterId, Enabled) && !snapshot.Sets(clusterId, QueueLimit) ? null : new Advice(snapshot.PathOf(clusterId, QueueLimit),
            $"a queue of {pool.QueueLimit} is for a permit, and the pool is off (Enabled is false), so nobody ever waits and nothing is bounded; Enabled true would fit, or no QueueLimit.");

    // The most patient route decides: that others give up sooner may be their purpose.
    private static Advice? OfQueueTimeout(Snapshot snapshot, string clusterId, PoolSettings pool, IReadOnlyList<RouteConfig> routes)
    {
        var patience = routes.Select(route => route.Timeout ?? UsualPatience).DefaultIfEmpty(UsualPatience).Max();
        if (pool.QueueTimeout <= patience)
            return null;
        var limit = routes.Any(route => route.Timeout == patience)
            ? $"the routes to cluster '{clusterId}' give a request (Timeout)" : "clients and load balancers usually wait for an answer";
        return new Advice(snapshot.PathOf(clusterId, QueueTimeout),
            $"a QueueTimeout of {Quantity.Of(pool.QueueTimeout)} is longer than the {Quantity.Of(patience)} that {limit}, so who waits that long never hears that the pool is full; a QueueTimeout of less than {Quantity.Of(patience)} would fit.");
    }

    private static Advice? OfPermits(ClusterConfig cluster, PoolSettings pool)
    {
        if (!pool.Enabled || cluster.HttpClient?.MaxConnectionsPerServer is not { } connections || pool.PermitsPerDestination <= connections || !SpeaksHttp11(cluster))
            return null;
        return new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:HttpClient:{nameof(HttpClientConfig.MaxConnectionsPerServer)}",
            $"{connections} connections are fewer than the {pool.PermitsPerDestination} permits of Pool:PermitsPerDestination, and HTTP/1.1 takes one a request, so requests with a permit would wait inside the HTTP client where no gate and no metric sees them; at least {pool.PermitsPerDestination} connections would fit, or at most {connections} permits.");
    }

    // Over HTTP/2 one connection carries many requests. What TLS will agree on is not known here, and not warned about.
    private static bool SpeaksHttp11(ClusterConfig cluster)
    {
        var version = cluster.HttpRequest?.Version ?? System.Net.HttpVersion.Version20;
        var policy = cluster.HttpRequest?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower;
        var encrypted = cluster.Destinations?.Values.All(destination => destination.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)) is true;
        return version.Major < 2
            ? policy != HttpVersionPolicy.RequestVersionOrHigher || !encrypted
            : policy == HttpVersionPolicy.RequestVersionOrLower && !encrypted;
    }
}
