using Gateway.Chaos.Backends;

namespace Gateway.Chaos.Scenarios;

/// <summary>
/// The scenarios. In all but one some backend can serve at any time; between two victims there is time for a proxy
/// to take the first one back.
/// </summary>
internal static class Catalog
{
    // In milliseconds: short enough that many requests meet a connection at the moment at which it closes, long enough
    // that no request is as unlucky three times in a row.
    private const int ClosesIdleWithin = 200;

    /// <summary>After how long without an answer a proxy is to look elsewhere in the scenario 'hang'.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(3);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("kill", KillAsync), new("flap", FlapAsync), new("accept-and-close", AcceptAndCloseAsync), new("close-idle", CloseIdleAsync),
        new("hang", HangAsync), new("slow-start", SlowStartAsync), new("rolling-restart", RollingRestartAsync),
        new("all-gone", AllGoneAsync) { AllGone = true }, new("random", RandomAsync),
    ];

    public static Scenario Named(string name) => All.Single(scenario => scenario.Name == name);

    private static async Task KillAsync(Scene scene)
    {
        await scene.PauseAsync(0.2);
        await scene.DoAsync("kill", scene.Backends[0], static backend => backend.KillAsync());
        await scene.PauseAsync(0.4);
        await scene.DoAsync("start", scene.Backends[0], static backend => backend.StartAsync());
        await scene.PauseAsync(0.4);
    }

    private static async Task FlapAsync(Scene scene)
    {
        for (var times = 0; times < 4; times++)
        {
            await scene.PauseAsync(0.15);
            await scene.DoAsync("kill", scene.Backends[0], static backend => backend.KillAsync());
            await scene.DoAsync("start", scene.Backends[0], static backend => backend.StartAsync());
        }
        await scene.PauseAsync(0.4);
    }

    private static async Task AcceptAndCloseAsync(Scene scene)
    {
        await scene.PauseAsync(0.2);
        await scene.DoAsync("drop", scene.Backends[0], static backend => backend.DropAsync(true));
        await scene.PauseAsync(0.5);
        await scene.DoAsync("drop no more", scene.Backends[0], static backend => backend.DropAsync(false));
        await scene.PauseAsync(0.3);
    }

    private static async Task CloseIdleAsync(Scene scene)
    {
        await scene.ToAllAsync("close idle", static backend => backend.CloseIdleAsync(ClosesIdleWithin));
        await scene.PauseAsync(1);
        await scene.ToAllAsync("close idle no more", static backend => backend.CloseIdleAsync(0));
    }

    private static async Task HangAsync(Scene scene)
    {
        await scene.PauseAsync(0.2);
        await scene.DoAsync("pause", scene.Backends[0], static backend => backend.Pause());
        await Task.Delay(ResponseTimeout * 1.5);
        await scene.DoAsync("resume", scene.Backends[0], static backend => backend.Resume());
        await scene.PauseAsync(0.4);
    }

    private static async Task SlowStartAsync(Scene scene)
    {
        await scene.PauseAsync(0.1);
        await scene.DoAsync("kill", scene.Backends[0], static backend => backend.KillAsync());
        await scene.DoAsync("start slowly", scene.Backends[0], backend => backend.StartAsync(slowStart: scene.Length * 0.7));
        await scene.PauseAsync(1);
    }

    private static async Task RollingRestartAsync(Scene scene)
    {
        foreach (var backend in scene.Backends)
        {
            await RestartAsync(scene, backend);
            await scene.PauseAsync(0.4);
        }
    }

    private static async Task AllGoneAsync(Scene scene)
    {
        await scene.PauseAsync(0.2);
        await scene.ToAllAsync("kill", static backend => backend.KillAsync());
        await scene.PauseAsync(0.4);
        await scene.ToAllAsync("start", static backend => backend.StartAsync());
        await scene.RecoverAsync();
        await scene.PauseAsync(0.3);
    }

    // One victim at a time and never the same one twice in a row, so that every one of them is hit.
    private static async Task RandomAsync(Scene scene)
    {
        Func<Scene, BackendProcess, Task>[] acts = [RestartAsync, KillAndStartAsync, DropForAWhileAsync, PauseForAWhileAsync, CloseIdleForAWhileAsync];
        scene.Random.Shuffle(acts);
        var victim = scene.Random.Next(scene.Backends.Count);
        foreach (var act in acts)
        {
            victim = (victim + scene.Random.Next(1, scene.Backends.Count)) % scene.Backends.Count;
            await act(scene, scene.Backends[victim]);
            await scene.PauseAsync(0.4);
        }
    }

    private static async Task RestartAsync(Scene scene, BackendProcess backend)
    {
        await scene.DoAsync("stop", backend, static backend => backend.StopAsync());
        await scene.DoAsync("start", backend, static backend => backend.StartAsync());
    }

    private static async Task KillAndStartAsync(Scene scene, BackendProcess backend)
    {
        await scene.DoAsync("kill", backend, static backend => backend.KillAsync());
        await scene.DoAsync("start", backend, static backend => backend.StartAsync());
    }

    private static async Task DropForAWhileAsync(Scene scene, BackendProcess backend)
    {
        await scene.DoAsync("drop", backend, static backend => backend.DropAsync(true));
        await scene.PauseAsync(0.1);
        await scene.DoAsync("drop no more", backend, static backend => backend.DropAsync(false));
    }

    private static async Task PauseForAWhileAsync(Scene scene, BackendProcess backend)
    {
        await scene.DoAsync("pause", backend, static backend => backend.Pause());
        await scene.PauseAsync(0.5);
        await scene.DoAsync("resume", backend, static backend => backend.Resume());
    }

    private static async Task CloseIdleForAWhileAsync(Scene scene, BackendProcess backend)
    {
        await scene.DoAsync("close idle", backend, static backend => backend.CloseIdleAsync(ClosesIdleWithin));
        await scene.PauseAsync(0.2);
        await scene.DoAsync("close idle no more", backend, static backend => backend.CloseIdleAsync(0));
    }
}
