namespace Backend;

/// <summary>What outlives a listener that is closed and opened again.</summary>
internal sealed class BackendState : IDisposable
{
    public BackendState(string name, BackendOptions options)
    {
        (Name, Time) = (name, options.Time);
        Connections = new(Time, Counters);
        Journal = options.Journal is { } file ? Journal.Open(file) : null;
        Started = options.SlowStart > TimeSpan.Zero ? Task.Delay(options.SlowStart, Time) : Task.CompletedTask;
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    /// <summary>Completes when a slow start is over.</summary>
    public Task Started { get; }

    public Journal? Journal { get; }

    public Counters Counters { get; } = new();

    public Connections Connections { get; }

    public Misbehaviour Misbehaviour { get; } = new();

    public void Dispose() => Journal?.Dispose();
}
