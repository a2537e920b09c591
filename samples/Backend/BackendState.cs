namespace Backend;

/// <summary>What outlives a listener that is closed and opened again.</summary>
internal sealed class BackendState(string name, TimeProvider time)
{
    public string Name { get; } = name;

    public TimeProvider Time { get; } = time;

    public Counters Counters { get; } = new();

    public Misbehaviour Misbehaviour { get; } = new();
}
