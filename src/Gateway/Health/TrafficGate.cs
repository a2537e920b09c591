using System.Diagnostics;
using Gateway.Configuration;
using Gateway.LoadBalancing;
using Gateway.Refusals;

namespace Gateway.Health;

/// <summary>Hears what becomes of every attempt, and refuses nobody.</summary>
internal sealed class TrafficGate(ProbedHealth probed) : IDestinationGate
{
    public int Hope => 0;

    public ITurnstile TurnstileOf(DestinationId id) => probed.TrafficOf(id);

    public IWaitingLine? LineOf(string clusterId) => null;

    public Refusal Refuse(IReadOnlyList<ITurnstile> closed) => throw new UnreachableException("This gate is always open.");
}
