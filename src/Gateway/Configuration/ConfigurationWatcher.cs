namespace Gateway.Configuration;

/// <summary>
/// Looks at the configuration's files again and again, and at once when asked to. Content is compared, not file
/// events: so a swapped symbolic link, a bind mount and a save in place are all the same, and a touch is nothing.
/// </summary>
internal sealed class ConfigurationWatcher(
    ConfigurationLayers layers, ConfigurationStore store, RereadRequest reread, TimeProvider time, ILogger<ConfigurationWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>The time between looks where saves follow each other so fast that no two slower looks agree.</summary>
    private static readonly TimeSpan ShortInterval = TimeSpan.FromMilliseconds(20);

    private readonly SaveObserver _save = new(layers.ReadText());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitAsync(_save.IsHurried ? ShortInterval : Interval, stoppingToken);
            if (!stoppingToken.IsCancellationRequested)
                await LookAsync(stoppingToken);
        }
    }

    private async Task WaitAsync(TimeSpan interval, CancellationToken stoppingToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await Task.WhenAny(Task.Delay(interval, time, over.Token), reread.Made);
        // Else the timer would outlive the wait that a request has ended.
        await over.CancelAsync();
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (reread.TryTake())
                _save.Reread();
            var text = layers.ReadText(_save.Text);
            if (!_save.IsDone(text, again: () => layers.ReadText(text)))
                return;
            await store.ConsiderAsync(text, _save.Considered(), stoppingToken);
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            ConfigurationLog.LookFailed(logger, Interval, error);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops.
        }
    }
}
