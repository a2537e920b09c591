namespace Gateway.Configuration;

/// <summary>
/// Looks at the configuration's files again and again. Content is compared, not file events: so a
/// swapped symbolic link, a bind mount and a save in place are all the same, and a touch is nothing.
/// </summary>
internal sealed class ConfigurationWatcher(
    ConfigurationLayers layers, ConfigurationStore store, TimeProvider time, ILogger<ConfigurationWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Two looks that agree are needed: a file that is just being written differs from one to the next.</summary>
    private const int Steady = 1;

    /// <summary>What is no JSON may be the first half of a save; it is given a second before it is told to be a fault.</summary>
    internal const int SurelyDone = 10;

    private ConfigurationText _last = layers.ReadText();
    private int _unchanged;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!stoppingToken.IsCancellationRequested)
                await LookAsync(stoppingToken);
        }
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        try
        {
            var text = layers.ReadText(_last);
            _unchanged = text == _last ? _unchanged + 1 : 0;
            _last = text;
            if (_unchanged >= SurelyDone || (_unchanged >= Steady && text.IsJson))
                await store.ConsiderAsync(text, stoppingToken);
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
