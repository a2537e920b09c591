namespace Gateway.Configuration;

/// <summary>
/// Looks at the configuration's files again and again. Content is compared, not file events: so a
/// swapped symbolic link, a bind mount and a save in place are all the same, and a touch is nothing.
/// </summary>
internal sealed class ConfigurationWatcher(
    ConfigurationLayers layers, ConfigurationStore store, TimeProvider time, ILogger<ConfigurationWatcher> logger) : BackgroundService
{
    /// <summary>Two looks that agree are needed, so that a save takes effect within a second and a file that is still being written is left alone.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var last = layers.ReadText();
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
                return;
            last = await LookAsync(last, stoppingToken);
        }
    }

    private async Task<ConfigurationText> LookAsync(ConfigurationText last, CancellationToken stoppingToken)
    {
        try
        {
            var text = layers.ReadText();
            if (text == last)
                await store.ConsiderAsync(text, stoppingToken);
            return text;
        }
        catch (Exception error) when (!stoppingToken.IsCancellationRequested)
        {
            ConfigurationLog.LookFailed(logger, Interval, error);
            return last;
        }
        catch (OperationCanceledException)
        {
            return last;
        }
    }
}
