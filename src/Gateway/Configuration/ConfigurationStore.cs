using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>
/// Holds the configuration in force and puts a new one in its place, whole or not at all. The one
/// source of routes and clusters for YARP. Changes one at a time; <see cref="Current"/> may be read from any thread.
/// </summary>
internal sealed class ConfigurationStore(
    ConfigurationLayers layers, SnapshotReader reader, IEnumerable<IReloadRule> reloadRules, IEnumerable<IConfigurationListener> listeners,
    PublishedConfiguration published, ReloadRecord record)
    : IProxyConfigProvider, IConfigChangeListener
{
    private readonly IConfigurationListener[] _listeners = [.. listeners];
    private volatile ProxyConfig? _current;
    private ConfigurationText? _seen;
    private TaskCompletionSource _applied = new();

    /// <summary>The configuration in force.</summary>
    /// <exception cref="InvalidOperationException">Nothing was loaded yet.</exception>
    public Snapshot Current => (_current ?? throw new InvalidOperationException("No configuration was loaded yet.")).Snapshot;

    IProxyConfig IProxyConfigProvider.GetConfig() => _current ?? throw new InvalidOperationException("No configuration was loaded yet.");

    /// <summary>Loads the configuration that the gateway starts with.</summary>
    /// <exception cref="InvalidConfigurationException">It has faults; all of them are told.</exception>
    public void LoadFirst()
    {
        _seen = layers.ReadText();
        var faults = new FaultList();
        var snapshot = Read(_seen, version: 1, faults) ?? throw new InvalidConfigurationException(faults);
        TakeEffect(snapshot);
        record.Began(snapshot);
    }

    /// <summary>
    /// Takes a look at the files: a new text that was seen is read, checked and applied, or the old
    /// configuration stays in force as a whole.
    /// </summary>
    /// <param name="text">What they say.</param>
    /// <param name="asked">Whether an operator asked for it: then what was seen before is read and checked again, and it is told that nothing changed.</param>
    /// <param name="cancellationToken">Cancelled when the gateway stops.</param>
    public async Task ConsiderAsync(ConfigurationText text, bool asked, CancellationToken cancellationToken)
    {
        if (text == _seen && !asked)
            return;
        _seen = text;
        var faults = new FaultList();
        var before = Current;
        var snapshot = Read(text, before.Version + 1, faults);
        var difference = snapshot is null ? null : Difference.Between(before.Effective, snapshot.Effective);
        if (difference is { IsEmpty: true })
        {
            record.Unchanged(before.Version, asked);
            return;
        }
        foreach (var rule in snapshot is null ? [] : reloadRules)
            rule.Check(before, snapshot!, faults);
        if (!faults.Any && await TryApplyAsync(snapshot!, before, faults, cancellationToken))
            record.Applied(before, snapshot!, difference!);
        else
            record.Rejected(before, faults);
    }

    private Snapshot? Read(ConfigurationText text, long version, FaultList faults) =>
        layers.Combine(text, faults) is { } configuration ? reader.Read(configuration, version, faults) : null;

    // All that can fail was tried before. Should YARP fail all the same, the configuration before it is put back.
    private async Task<bool> TryApplyAsync(Snapshot snapshot, Snapshot before, FaultList faults, CancellationToken cancellationToken)
    {
        try
        {
            await ApplyAsync(snapshot).WaitAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await ApplyAsync(before).WaitAsync(cancellationToken);
            faults.Add("ReverseProxy", $"cannot be applied: {error.Message}");
            return false;
        }
    }

    private async Task ApplyAsync(Snapshot snapshot)
    {
        _applied = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var old = _current!;
        TakeEffect(snapshot);
        old.Retire();
        await _applied.Task;
        foreach (var listener in _listeners)
            listener.Settled(snapshot);
    }

    // The gates first: what a new route or destination needs is there before YARP sends it a request.
    private void TakeEffect(Snapshot snapshot)
    {
        foreach (var listener in _listeners)
            listener.Apply(snapshot);
        _current = new ProxyConfig(snapshot);
        record.InForce(snapshot.Version);
        published.Publish(snapshot.Effective);
    }

    void IConfigChangeListener.ConfigurationLoaded(IReadOnlyList<IProxyConfig> proxyConfigs) { }

    void IConfigChangeListener.ConfigurationLoadingFailed(IProxyConfigProvider configProvider, Exception exception) => _applied.TrySetException(exception);

    void IConfigChangeListener.ConfigurationApplied(IReadOnlyList<IProxyConfig> proxyConfigs) => _applied.TrySetResult();

    void IConfigChangeListener.ConfigurationApplyingFailed(IReadOnlyList<IProxyConfig> proxyConfigs, Exception exception) => _applied.TrySetException(exception);

    private sealed class ProxyConfig(Snapshot snapshot) : IProxyConfig
    {
        public Snapshot Snapshot { get; } = snapshot;

        public string RevisionId => Snapshot.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public IReadOnlyList<RouteConfig> Routes => Snapshot.Routes;

        public IReadOnlyList<ClusterConfig> Clusters => Snapshot.Clusters;

        public IChangeToken ChangeToken => _retired;

        private readonly ConfigurationReloadToken _retired = new();

        public void Retire() => _retired.OnReload();
    }
}

/// <summary>A gate that keeps live state beside the configuration and follows its changes.</summary>
public interface IConfigurationListener
{
    /// <summary>Called with each configuration just before it takes effect, one at a time; must not throw.</summary>
    void Apply(Snapshot snapshot);

    /// <summary>Called when no new request meets what this configuration no longer has: state of it may go.</summary>
    void Settled(Snapshot snapshot)
    {
    }
}

/// <summary>A configuration that cannot be used, with every reason.</summary>
public sealed class InvalidConfigurationException(FaultList faults) : Exception(faults.ToString())
{
    public FaultList Faults { get; } = faults;
}
