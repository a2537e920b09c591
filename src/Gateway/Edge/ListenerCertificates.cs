using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>The certificates that the endpoints show, management's included, as configured now.</summary>
/// <remarks>
/// Kestrel does not tell what it shows, so the certificates are found as it finds them: a name's own
/// before its endpoint's before the default one.
/// </remarks>
internal sealed class ListenerCertificates(IHostEnvironment environment) : IConfigurationListener
{
    private volatile EndpointCertificates[] _endpoints = [];

    private sealed record EndpointCertificates(string Endpoint, IReadOnlyList<CertificateSource> Sources);

    /// <summary>When the first certificate of each endpoint expires. One that was never readable is left out.</summary>
    public IEnumerable<(string Endpoint, DateTimeOffset At)> Expiries
    {
        get
        {
            foreach (var (endpoint, sources) in _endpoints)
            {
                if (sources.Min(static source => source.NotAfter) is { } first)
                    yield return (endpoint, first);
            }
        }
    }

    public void Apply(Snapshot snapshot)
    {
        var keys = Listeners.OfTraffic(snapshot.Effective).Concat(Listeners.OfManagement(snapshot.Effective)).DistinctBy(static pair => pair.Key);
        var kestrel = new ConfigurationBuilder().AddInMemoryCollection(keys).Build().GetSection("Kestrel");
        _endpoints = [.. kestrel.GetSection("Endpoints").GetChildren()
            .Where(static endpoint => endpoint["Url"]?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true)
            .Select(endpoint => new EndpointCertificates(endpoint.Key, Sources(endpoint, kestrel.GetSection("Certificates:Default"))))];
    }

    private IReadOnlyList<CertificateSource> Sources(IConfigurationSection endpoint, IConfigurationSection byDefault)
    {
        var own = endpoint.GetSection("Certificate") is var certificate && certificate.Exists() ? certificate : byDefault;
        var names = endpoint.GetSection("Sni").GetChildren().Select(static name => name.GetSection("Certificate")).ToList();
        IEnumerable<IConfigurationSection> shown = names.Count == 0 ? [own] : names.Select(name => name.Exists() ? name : own);
        return [.. shown.Where(static section => section.Exists()).DistinctBy(static section => section.Path)
            .Select(section => new CertificateSource(section, environment.ContentRootPath))];
    }
}
