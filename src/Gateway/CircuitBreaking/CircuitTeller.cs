using System.Text.Json.Nodes;
using Gateway.Routing;
using Yarp.ReverseProxy.Model;

namespace Gateway.CircuitBreaking;

/// <summary>Tells how a destination's circuit stands.</summary>
internal sealed class CircuitTeller(CircuitGate gate) : IDestinationTeller
{
    public DestinationFact StateOf(ClusterState cluster, DestinationState destination)
    {
        var circuit = (Circuit)gate.TurnstileOf(new(cluster.ClusterId, destination.DestinationId));
        var text = !circuit.Settings.Enabled ? "off" : circuit.State.ToString().ToLowerInvariant();
        return new("circuit", JsonValue.Create(text), text);
    }
}
