using System.Net;
using System.Net.Sockets;
using Gateway.Configuration;
using Gateway.Sockets;

namespace Gateway.Forwarding;

/// <summary>Finds destinations that are several backends under one name.</summary>
internal sealed class AddressAdvisor(INameResolver names, TimeProvider time) : ISurroundingsAdvisor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Enough to tell what kind of name it is.
    private const int Shown = 3;

    public async Task<IReadOnlyList<Advice>> AdviseAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        var destinations =
            from cluster in snapshot.Clusters
            from destination in cluster.Destinations ?? new Dictionary<string, Yarp.ReverseProxy.Configuration.DestinationConfig>()
            select (Path: $"{ClusterPaths.Of(cluster.ClusterId)}:Destinations:{destination.Key}:Address", Name: new Uri(destination.Value.Address).IdnHost);
        var byName = destinations.Where(static destination => !IPAddress.TryParse(destination.Name, out _))
            .ToLookup(static destination => destination.Name, static destination => destination.Path, StringComparer.OrdinalIgnoreCase);
        var found = await Task.WhenAll(byName.Select(async paths => (Paths: paths, Addresses: await ResolveAsync(paths.Key, cancellationToken))));
        return [.. found.Where(static one => StandsForMany(one.Addresses)).SelectMany(static one => one.Paths.Select(path => Of(path, one.Paths.Key, one.Addresses)))];
    }

    // One of each family is one backend that speaks both.
    private static bool StandsForMany(IReadOnlyList<IPAddress> addresses) => addresses.CountBy(static address => address.AddressFamily).Any(static family => family.Value > 1);

    private static Advice Of(string path, string name, IReadOnlyList<IPAddress> addresses)
    {
        var shown = string.Join(", ", addresses.Select(static address => address.ToString()).Order(StringComparer.Ordinal).Take(Shown));
        return new(path,
            $"the name {name} has {addresses.Count} addresses ({shown}{(addresses.Count > Shown ? ", …" : "")}), and new connections go to those that answer in turn; but they count as one destination, with one health, one circuit and one pool of permits; a destination for each address would fit.");
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            // The system's look-up can't always be broken off.
            return [.. (await names.ResolveAsync(name, cancellationToken).WaitAsync(Patience, time, cancellationToken)).Distinct()];
        }
        catch (Exception error) when (error is SocketException or TimeoutException or ArgumentException)
        {
            return [];
        }
    }
}
