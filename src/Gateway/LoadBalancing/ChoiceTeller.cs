using System.Text.Json.Nodes;
using Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace Gateway.LoadBalancing;

/// <summary>Tells what the chooser would do, by asking it.</summary>
internal sealed class ChoiceTeller(Chooser chooser, Rosters rosters) : IChoiceTeller, IDestinationTeller
{
    public string PolicyOf(ClusterState cluster) => chooser.PolicyOf(cluster).Name;

    // A destination is a list of itself.
    public bool CouldTake(HttpContext context, ClusterState cluster, DestinationState destination) =>
        chooser.IsAnyLeft(new Wish(context, cluster, destination, Affine: false, Tried: null));

    public DestinationFact StateOf(ClusterState cluster, DestinationState destination)
    {
        var weight = rosters.Of(cluster).Find(destination)?.Weight ?? 1;
        return new("weight", JsonValue.Create(weight), weight.ToString(System.Globalization.CultureInfo.InvariantCulture),
            weight == 0 ? "A destination of weight 0 takes no new requests." : null);
    }
}
