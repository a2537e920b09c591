using Gateway.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.IntegrationTests.Support;

/// <summary>
/// The clock of the configuration's watcher alone: it looks at the files when the test says so, and a
/// look is over, what it applied included, when <see cref="LookAsync"/> is.
/// </summary>
internal sealed class WatcherClock : TimeProvider
{
    private volatile TaskCompletionSource<Action> _armed = NewSignal();

    /// <summary>Returns when the watcher waits for its next look.</summary>
    public Task WaitingAsync() => _armed.Task.WithinPatience();

    /// <summary>Has the watcher look once.</summary>
    public async Task LookAsync()
    {
        var look = await _armed.Task.WithinPatience();
        _armed = NewSignal();
        _ = Task.Run(look);
        await WaitingAsync();
    }

    /// <summary>Looks as often as it takes for a file that is left alone to be taken up.</summary>
    public async Task SettleAsync()
    {
        // As many as the watcher gives a file that is no JSON, and may be half of a save.
        for (var i = 0; i <= SaveObserver.SurelyDone; i++)
            await LookAsync();
    }

    /// <summary>Puts the watcher on this clock; all others stay on theirs.</summary>
    public void Use(IServiceCollection services)
    {
        services.Remove(services.Single(service => service.ImplementationType == typeof(ConfigurationWatcher)));
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<ConfigurationWatcher>(provider, this));
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _armed.TrySetResult(() => callback(state));
        return new Armed();
    }

    private static TaskCompletionSource<Action> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Armed : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
