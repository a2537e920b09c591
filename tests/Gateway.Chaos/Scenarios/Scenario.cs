using Gateway.Chaos.Backends;
using Gateway.Chaos.Load;

namespace Gateway.Chaos.Scenarios;

/// <summary>Something that happens to the backends of a cluster under load.</summary>
internal sealed record Scenario(string Name, Func<Scene, Task> Happens)
{
    /// <summary>Whether there is a time in which no backend can serve.</summary>
    public bool AllGone { get; init; }

    /// <summary>Runs it against a proxy that listens on <paramref name="port"/>.</summary>
    public async Task<SceneReport> RunAsync(Fleet fleet, int port, ScenePlan plan)
    {
        using var load = SteadyLoad.Start(port, plan.Seed);
        var scene = new Scene(fleet, load, plan);
        await load.WarmUpAsync();
        await Happens(scene);
        var tally = await load.EndAsync();
        return new SceneReport { Scenario = this, Scene = scene, Tally = tally, Deliveries = fleet.Deliveries() };
    }
}

/// <summary>What a scenario did and what became of the requests.</summary>
internal sealed record SceneReport
{
    public required Scenario Scenario { get; init; }

    public required Scene Scene { get; init; }

    public required Tally Tally { get; init; }

    /// <summary>How often each POST was begun by a backend.</summary>
    public required IReadOnlyDictionary<string, int> Deliveries { get; init; }

    public IEnumerable<string> DeliveredTwice => Deliveries.Where(delivery => delivery.Value > 1).Select(delivery => delivery.Key);

    /// <summary>POSTs whose client heard of success and that no backend knows.</summary>
    public IEnumerable<string> AcknowledgedAndLost => Tally.Acknowledged.Where(id => !Deliveries.ContainsKey(id));

    /// <summary>Seconds in which requests went on to fail after all backends were back; null when they were never all gone.</summary>
    public double? FailedAfterBack => Scene.BackAt is { } back ? Tally.Failures.Select(failure => Math.Max(0, failure.At - back)).DefaultIfEmpty().Max() : null;

    public override string ToString() => $"{Scenario.Name}: {Tally}\n  {Tally.FailedPosts.Count(failure => Deliveries.ContainsKey(failure.PostId!))} of the failed POSTs were begun by a backend\n  {string.Join("\n  ", Scene.Events)}";
}
