namespace Gateway.Configuration;

/// <summary>
/// What the advisors say of the configuration in force: all of it at the start, at a reload only
/// what is new, since who saves twenty times a day stops reading what is told each time. Thread-safe.
/// </summary>
internal sealed class ConfigurationAdvice(IEnumerable<IConfigurationAdvisor> advisors, ILogger<ConfigurationAdvice> logger) : IHostedService
{
    private readonly IConfigurationAdvisor[] _advisors = [.. advisors];
    private volatile IReadOnlyList<Advice> _inForce = [];

    public IReadOnlyList<Advice> InForce => _inForce;

    /// <summary>Takes the configuration of the start. It is logged when something runs: a command that only checks prints it.</summary>
    public void Begin(Snapshot snapshot) => _inForce = Of(snapshot);

    /// <summary>Takes a configuration that was applied and logs what the one before it was not told.</summary>
    public void Follow(Snapshot snapshot)
    {
        var told = _inForce.ToHashSet();
        _inForce = Of(snapshot);
        Log(_inForce.Where(advice => !told.Contains(advice)));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Log(_inForce);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private List<Advice> Of(Snapshot snapshot) => [.. _advisors.SelectMany(advisor => advisor.Advise(snapshot)).Distinct()];

    private void Log(IEnumerable<Advice> advice)
    {
        foreach (var one in advice)
            ConfigurationLog.Advised(logger, one.Path, one.Text);
    }
}
