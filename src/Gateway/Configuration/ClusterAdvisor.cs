using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Finds clusters that nothing leads to and destinations that are one backend under two names.</summary>
internal sealed class ClusterAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var used = snapshot.Routes.Select(route => route.ClusterId).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var cluster in snapshot.Clusters)
        {
            if (!used.Contains(cluster.ClusterId))
            {
                yield return new Advice(ClusterPaths.Of(cluster.ClusterId),
                    "no route leads to this cluster, so its destinations never get a request; a route with this ClusterId would fit, or no such cluster.");
            }
            foreach (var advice in Twins(cluster))
                yield return advice;
        }
    }

    private static IEnumerable<Advice> Twins(ClusterConfig cluster)
    {
        // The same address with another Host is another service behind it.
        var first = new Dictionary<(Uri Address, string? Host), string>();
        foreach (var (id, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            var backend = (new Uri(destination.Address), destination.Host?.ToUpperInvariant());
            if (first.TryAdd(backend, id))
                continue;
            yield return new Advice($"{ClusterPaths.Of(cluster.ClusterId)}:Destinations:{id}:Address",
                $"this is the address of destination '{first[backend]}' too, so one backend counts as two: twice the permits, a circuit each, and a retry that meets it again; one destination would fit, with a larger Weight if it is to get more.");
        }
    }
}
