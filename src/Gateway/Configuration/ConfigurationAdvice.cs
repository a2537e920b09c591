namespace Gateway.Configuration;

/// <summary>
/// What the advisors say of the configuration in force: all of it at the start, at a reload only
/// what is new, since who saves twenty times a day stops reading what is told each time. Thread-safe.
/// </summary>
internal sealed class ConfigurationAdvice(
    IEnumerable<IConfigurationAdvisor> advisors, IEnumerable<ISurroundingsAdvisor> surroundings, ILogger<ConfigurationAdvice> logger) : IHostedService, IDisposable
{
    private readonly IConfigurationAdvisor[] _advisors = [.. advisors];
    private readonly ISurroundingsAdvisor[] _surroundings = [.. surroundings];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<Advice> _inForce = [];
    private IReadOnlyList<Advice> _ofSurroundings = [];
    private Snapshot? _snapshot;

    public IReadOnlyList<Advice> InForce => _inForce;

    /// <summary>Takes the configuration of the start. It is logged when something runs: a command that only checks prints it.</summary>
    public void Begin(Snapshot snapshot) => (_inForce, _snapshot) = (Of(snapshot), snapshot);

    /// <summary>Takes a configuration that was applied and logs what the one before it was not told.</summary>
    public void Follow(Snapshot snapshot)
    {
        var told = _inForce.ToHashSet();
        Begin(snapshot);
        Log(_inForce.Where(advice => !told.Contains(advice)));
        _ = LogSurroundingsAsync(snapshot);
    }

    /// <summary>What has to be asked for outside of this process, and so may take its time.</summary>
    public async Task<IReadOnlyList<Advice>> OfSurroundingsAsync(CancellationToken cancellationToken)
    {
        var advice = await Task.WhenAll(_surroundings.Select(advisor => advisor.AdviseAsync(_snapshot!, cancellationToken)));
        return [.. advice.SelectMany(static one => one).Distinct()];
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Log(_inForce);
        _ = LogSurroundingsAsync(_snapshot!);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    // Beside everything else: neither a start nor a save waits for what others have to answer.
    private async Task LogSurroundingsAsync(Snapshot snapshot)
    {
        try
        {
            var advice = await OfSurroundingsAsync(_stopping.Token);
            HashSet<Advice> told;
            lock (_lock)
            {
                // A later configuration has asked again.
                if (!ReferenceEquals(_snapshot, snapshot))
                    return;
                told = [.. _ofSurroundings];
                _ofSurroundings = advice;
            }
            Log(advice.Where(one => !told.Contains(one)));
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (Exception error)
        {
            ConfigurationLog.AdviceFailed(logger, error);
        }
    }

    private List<Advice> Of(Snapshot snapshot) => [.. _advisors.SelectMany(advisor => advisor.Advise(snapshot)).Distinct()];

    private void Log(IEnumerable<Advice> advice)
    {
        foreach (var one in advice)
            ConfigurationLog.Advised(logger, one.Path, one.Text);
    }
}
