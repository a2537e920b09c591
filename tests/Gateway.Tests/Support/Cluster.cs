using Gateway.Configuration;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Model;

namespace Gateway.Tests.Support;

/// <summary>A cluster as YARP keeps it once a configuration is applied, without YARP.</summary>
internal sealed class Cluster
{
    public Cluster(Snapshot snapshot, string id = "api")
    {
        var config = snapshot.Clusters.Single(cluster => cluster.ClusterId == id);
        State = new ClusterState(id, new ClusterModel(config, new HttpMessageInvoker(new HttpClientHandler())));
        foreach (var (name, destination) in config.Destinations ?? new Dictionary<string, DestinationConfig>())
            State.Destinations[name] = new DestinationState(name, new DestinationModel(destination));
        All = [.. config.Destinations?.Keys.Select(name => State.Destinations[name]) ?? []];
        State.DestinationsState = new ClusterDestinationsState(All, All);
    }

    public ClusterState State { get; }

    public IReadOnlyList<DestinationState> All { get; }

    public DestinationState this[string destination] => State.Destinations[destination];

    /// <summary>Leaves destinations out of those that are available, as health does.</summary>
    public void TakeOut(params IReadOnlyList<string> destinations) => State.DestinationsState =
        new ClusterDestinationsState(All, [.. All.Where(destination => !destinations.Contains(destination.DestinationId))]);

    /// <summary>Makes a destination look as if it served this many requests.</summary>
    public void Serve(string destination, int requests) => this[destination].ConcurrentRequestCount += requests;
}
