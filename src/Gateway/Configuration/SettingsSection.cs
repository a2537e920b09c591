namespace Gateway.Configuration;

/// <summary>Where a gate's settings stand in the configuration.</summary>
public enum SettingsScope
{
    /// <summary>Once, below <c>Gateway</c>.</summary>
    Gateway,

    /// <summary>In a cluster, over the defaults below <c>Gateway:ClusterDefaults</c>, key by key.</summary>
    Cluster,

    /// <summary>In a route.</summary>
    Route,

    /// <summary>In a destination.</summary>
    Destination,
}

/// <summary>A place in the configuration that a gate declares and owns.</summary>
/// <param name="scope">Where it stands.</param>
/// <param name="path">The keys below that place, such as <c>HealthCheck:Tcp</c>; empty when the settings' own keys stand there directly.</param>
public abstract class SettingsSection(SettingsScope scope, string path)
{
    public SettingsScope Scope { get; } = scope;

    public string Path { get; } = path;

    /// <summary>The keys that this section adds at its place, for telling known keys from unknown ones.</summary>
    internal abstract IEnumerable<string> Keys { get; }

    internal abstract object? BuiltIn { get; }

    /// <summary>What the keys that are not written mean where one of them is.</summary>
    internal abstract object Baseline { get; }

    internal abstract object? Read(StrictReader reader, IConfiguration place, object? baseline, FaultList faults);
}

/// <inheritdoc/>
/// <typeparam name="T">The settings: a record whose initializers are the built-in values and whose attributes are the ranges.</typeparam>
/// <param name="scope">Where it stands.</param>
/// <param name="path">The keys below that place.</param>
/// <param name="builtIn">What holds where nothing is configured; null: the gate then does not exist.</param>
/// <param name="check">Checks across fields, given the settings and their configuration path.</param>
public sealed class SettingsSection<T>(SettingsScope scope, string path, T? builtIn, Action<T, string, FaultList>? check = null)
    : SettingsSection(scope, path) where T : class, new()
{
    internal override IEnumerable<string> Keys => Path.Length > 0 ? [Path] : typeof(T).GetProperties().Select(property => property.Name);

    internal override object? BuiltIn => builtIn;

    internal override object Baseline => builtIn ?? new T();

    internal override object? Read(StrictReader reader, IConfiguration place, object? baseline, FaultList faults)
    {
        if (Path.Length == 0)
            return ReadKeysAmongOthers((IConfigurationSection)place, (T?)baseline ?? new T(), faults);
        var section = place.GetSection(Path);
        if (section.Value is null && !section.GetChildren().Any())
            return baseline;
        var settings = reader.Read(section, (T?)baseline ?? new T());
        // What is no section at all has been told so; its keys are not missing besides.
        if (string.IsNullOrEmpty(section.Value))
            check?.Invoke(settings, section.Path, faults);
        return settings;
    }

    // The place belongs to somebody else who reports its unknown keys; here only our own are read.
    private static T ReadKeysAmongOthers(IConfigurationSection place, T baseline, FaultList faults)
    {
        var own = new ConfigurationBuilder().AddInMemoryCollection(
            typeof(T).GetProperties().SelectMany(property => place.GetSection(property.Name).AsEnumerable())
                .Where(pair => pair.Value is not null)).Build();
        return new StrictReader(faults).Read(own.GetSection(place.Path), baseline);
    }
}
