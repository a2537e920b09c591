using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Gateway.Configuration;

/// <summary>The layers put together, and where each value comes from.</summary>
internal sealed class LayeredValues
{
    private readonly List<Layer> _layers = [];

    /// <summary>Lays one more over those that are there.</summary>
    public void Add(JsonLayer file) => _layers.Add(new(file.Values, file.PlaceOf)
    {
        IsFile = true,
        Lists = file.Lists,
        NameOf = path => file.PlaceOf(path) is null ? null : file.Name,
    });

    public void AddEnvironmentVariables()
    {
        var values = EnvironmentVariables.Read();
        _layers.Add(new(values, path => NameIn(values, path) is { } name ? $"environment variable {name.Replace(":", "__", StringComparison.Ordinal)}" : null));
    }

    public void AddArguments(IEnumerable<string> arguments)
    {
        var values = Arguments.Read(arguments);
        _layers.Add(new(values, path => NameIn(values, path) is { } name ? $"argument --{name}" : null));
    }

    /// <summary>The value of each key, the last layer winning.</summary>
    public ConfigurationTree Combine()
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in _layers.SelectMany(layer => layer.Values))
            values[key] = value;
        return new ConfigurationTree(values) { MergedLists = MergedLists.Find(_layers, values) };
    }

    /// <summary>Where the key at <paramref name="path"/> was last said, or the nearest key above it in a file when it stands nowhere.</summary>
    public string? PlaceOf(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf(':', end - 1))
        {
            var key = path[..end];
            if (_layers.Where(layer => layer.IsFile || end == path.Length).Reverse().Select(layer => layer.PlaceOf(key)).FirstOrDefault(place => place is not null) is { } place)
                return place;
        }
        return null;
    }

    // As it is written there: who looks for a variable searches for its own spelling. A section has no variable of its own, but those below it.
    private static string? NameIn(IDictionary<string, string?> values, string path) =>
        values.Keys.FirstOrDefault(key => key.Equals(path, StringComparison.OrdinalIgnoreCase))
        ?? values.Keys.FirstOrDefault(key => key.StartsWith($"{path}:", StringComparison.OrdinalIgnoreCase));

    private sealed class EnvironmentVariables : EnvironmentVariablesConfigurationProvider
    {
        public static IDictionary<string, string?> Read()
        {
            var provider = new EnvironmentVariables();
            provider.Load();
            return provider.Data;
        }
    }

    private sealed class Arguments(IEnumerable<string> arguments) : CommandLineConfigurationProvider(arguments)
    {
        public static IDictionary<string, string?> Read(IEnumerable<string> arguments)
        {
            var provider = new Arguments(arguments);
            provider.Load();
            return provider.Data;
        }
    }
}

/// <summary>One layer of the configuration.</summary>
/// <param name="Values">Its flat keys and their values.</param>
/// <param name="PlaceOf">Where it says a key; null where it does not.</param>
internal sealed record Layer(IDictionary<string, string?> Values, Func<string, string?> PlaceOf)
{
    public bool IsFile { get; init; }

    /// <summary>The paths that are lists for certain; what is no file knows of none.</summary>
    public IReadOnlySet<string> Lists { get; init; } = System.Collections.Frozen.FrozenSet<string>.Empty;

    /// <summary>The layer's name if it says something at a path, else null. Unlike the place it is the same after a line was added.</summary>
    public Func<string, string?> NameOf { get; init; } = PlaceOf;
}
