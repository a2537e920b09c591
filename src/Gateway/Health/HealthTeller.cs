using System.Text.Json.Nodes;
using Gateway.Configuration;
using Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Health;

/// <summary>Tells what the probes know of a destination.</summary>
internal sealed class HealthTeller(ProbedHealth probed, ConfigurationStore configuration) : IDestinationTeller
{
    public DestinationFact StateOf(ClusterState cluster, DestinationState destination)
    {
        if (configuration.Current.Get(TcpProbeSettings.Section, cluster.ClusterId) is not { Enabled: true })
            return Fact("not probed", null);
        var health = probed.Of(new(cluster.ClusterId, destination.DestinationId));
        return health.IsKnown ? Fact(health.IsUp ? "up" : "down", null)
            : Fact("unknown", "Health is unknown until the first probe; such a destination may be tried.");
    }

    private static DestinationFact Fact(string text, string? note) => new("health", JsonValue.Create(text), text, note);
}
