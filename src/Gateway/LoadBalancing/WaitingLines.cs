namespace Gateway.LoadBalancing;

/// <summary>The requests that wait, whatever gate they wait for: another gate, or health, may make a choice possible as well.</summary>
internal sealed class WaitingLines
{
    private readonly IDestinationGate[] _gates;

    public WaitingLines(IEnumerable<IDestinationGate> gates)
    {
        _gates = [.. gates];
        foreach (var gate in _gates)
            gate.OnOpening(Signal);
    }

    /// <summary>A destination of the cluster may take requests that could not: lets the requests that wait try.</summary>
    public void Signal(string clusterId)
    {
        foreach (var gate in _gates)
            gate.LineOf(clusterId)?.Signal();
    }
}
