using Gateway.Chaos.Backends;
using Gateway.Chaos.Load;

namespace Gateway.Chaos.Scenarios;

/// <summary>What a scenario acts on: the backends, the time that it has, and a record of what was done when.</summary>
internal sealed class Scene(Fleet fleet, SteadyLoad load, ScenePlan plan)
{
    private readonly HashSet<string> _victims = [];
    private readonly List<string> _events = [];

    public IReadOnlyList<BackendProcess> Backends => fleet.Backends;

    public Random Random { get; } = new(plan.Seed);

    public TimeSpan Length => plan.Length;

    /// <summary>Seconds since the load began.</summary>
    public double Now => load.Now;

    /// <summary>The backends that anything was done to.</summary>
    public IReadOnlySet<string> Victims => _victims;

    /// <summary>What was done, with the seconds since the load began.</summary>
    public IReadOnlyList<string> Events => _events;

    /// <summary>When all backends were back after none was there; null when that did not happen.</summary>
    public double? BackAt { get; private set; }

    /// <summary>When the proxy had all backends back after it had none; null when that did not happen.</summary>
    public double? RecoveredAt { get; private set; }

    /// <summary>Does something to a backend.</summary>
    public async Task DoAsync(string what, BackendProcess victim, Func<BackendProcess, Task> act)
    {
        _victims.Add(victim.Name);
        _events.Add($"{Now:0.000} s {what} {victim.Name}");
        await act(victim);
    }

    public Task DoAsync(string what, BackendProcess victim, Action<BackendProcess> act) => DoAsync(what, victim, backend =>
    {
        act(backend);
        return Task.CompletedTask;
    });

    public Task ToAllAsync(string what, Func<BackendProcess, Task> act) =>
        Task.WhenAll(Backends.Select(backend => DoAsync(what, backend, act)));

    /// <summary>Lets the load go on for a part of the scenario's length.</summary>
    public Task PauseAsync(double share) => Task.Delay(plan.Length * share);

    /// <summary>Waits, under load, until the proxy serves from all backends again.</summary>
    public async Task RecoverAsync()
    {
        BackAt = Now;
        await plan.Recovered(load);
        RecoveredAt = Now;
        _events.Add($"{RecoveredAt:0.000} s recovered");
    }
}

/// <summary>How a scenario is to be run.</summary>
internal sealed record ScenePlan
{
    /// <summary>How long it takes, about; the time in which backends end and start comes on top.</summary>
    public required TimeSpan Length { get; init; }

    /// <summary>Decides what is random.</summary>
    public required int Seed { get; init; }

    /// <summary>Completes when the proxy knows that all backends are back.</summary>
    public required Func<SteadyLoad, Task> Recovered { get; init; }
}
