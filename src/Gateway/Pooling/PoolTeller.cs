using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace Gateway.Pooling;

/// <summary>Tells how many permits of a destination are taken.</summary>
internal sealed class PoolTeller(PoolGate gate) : IDestinationTeller
{
    public DestinationFact StateOf(ClusterState cluster, DestinationState destination)
    {
        var pool = (PermitPool)gate.TurnstileOf(new(cluster.ClusterId, destination.DestinationId));
        return pool.Permits == int.MaxValue ? new("permits", null, "no limit") : new("permits",
            new JsonObject { ["inUse"] = pool.InUse, ["limit"] = pool.Permits },
            string.Create(CultureInfo.InvariantCulture, $"{pool.InUse}/{pool.Permits} used"));
    }
}
