
namespace Gateway.Configuration;

/// <summary>
/// The configuration in force as <see cref="IConfiguration"/>, for the parts of .NET that read it:
/// logging, Kestrel. It changes only as a whole, when a checked configuration takes effect.
/// </summary>
internal sealed class PublishedConfiguration : ConfigurationProvider, IConfigurationSource
{
    private readonly List<PublishedConfiguration> _views = [];
    private readonly Func<IReadOnlyDictionary<string, string?>, IEnumerable<KeyValuePair<string, string?>>> _select;

    // ASP.NET Core would hand these to Kestrel a second time, beside the endpoints that they stand in for.
    private static readonly string[] Taken = ["Urls", "Http_Ports", "Https_Ports"];

    public PublishedConfiguration() : this(static effective => effective.Where(static pair => !Taken.Contains(pair.Key, StringComparer.OrdinalIgnoreCase)))
    {
    }

    private PublishedConfiguration(Func<IReadOnlyDictionary<string, string?>, IEnumerable<KeyValuePair<string, string?>>> select) => _select = select;

    /// <summary>Makes a configuration of its own out of a part of this one. Views are made while the gateway is put together.</summary>
    public IConfigurationRoot View(Func<IReadOnlyDictionary<string, string?>, IEnumerable<KeyValuePair<string, string?>>> select)
    {
        var view = new PublishedConfiguration(select);
        _views.Add(view);
        if (_effective is { } effective)
            view.Publish(effective);
        return new ConfigurationRoot([view]);
    }

    private IReadOnlyDictionary<string, string?>? _effective;

    public void Publish(IReadOnlyDictionary<string, string?> effective)
    {
        _effective = effective;
        var data = new Dictionary<string, string?>(_select(effective), StringComparer.OrdinalIgnoreCase);
        var changed = data.Count != Data.Count || data.Any(pair => !Data.TryGetValue(pair.Key, out var old) || old != pair.Value);
        Data = data;
        foreach (var view in _views)
            view.Publish(effective);
        // Who listens would otherwise rebind or rebuild for nothing.
        if (changed)
            OnReload();
    }

    IConfigurationProvider IConfigurationSource.Build(IConfigurationBuilder builder) => this;
}
