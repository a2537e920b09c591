using Gateway.Configuration.Schema;
using Yarp.ReverseProxy.Configuration;

namespace Gateway.Configuration;

/// <summary>Reads the layered configuration into a snapshot and checks it as a whole.</summary>
internal sealed class SnapshotReader(
    IEnumerable<SettingsSection> sections, IEnumerable<IConfigurationRule> rules, ReferenceRule references, MatchRule matches, YarpRule yarp)
{
    private const string Defaults = "Gateway:ClusterDefaults";
    private readonly SettingsSection[] _sections = [.. sections];
    private readonly IConfigurationRule[] _rules = [.. rules];

    /// <summary>Returns the snapshot, or null when there are faults, which are then all in <paramref name="faults"/>.</summary>
    public Snapshot? Read(IConfiguration configuration, long version, FaultList faults)
    {
        var reading = new Reading(configuration, new StrictReader(faults), faults, []);
        CheckPresence(configuration, faults);
        ReadGateway(reading);
        var clusters = ReadClusters(reading);
        var routes = ReadRoutes(reading);
        references.Check(routes, clusters, faults);
        matches.Check(routes, faults);
        HeaderRule.Check(routes, faults);
        TransformValueRule.Check(routes, faults);
        ClusterValueRule.Check(clusters, faults);
        RouteAmbiguity.Check(routes, faults);
        foreach (var rule in _rules)
            rule.Check(configuration, faults);
        yarp.Check(routes, clusters, faults);
        return faults.Any ? null : new Snapshot
        {
            Version = version,
            Routes = routes,
            Clusters = clusters,
            Effective = configuration.AsEnumerable().Where(IsRead).ToDictionary(StringComparer.OrdinalIgnoreCase),
            Settings = reading.Settings,
            MergedLists = (configuration as ConfigurationTree)?.MergedLists ?? [],
        };
    }

    // For editors: nobody here reads it, and another one changes nothing.
    private static bool IsRead(KeyValuePair<string, string?> pair) => !pair.Key.Equals(ConfigurationSchema.OwnKey, StringComparison.OrdinalIgnoreCase);

    private sealed record Reading(
        IConfiguration Configuration, StrictReader Reader, FaultList Faults, Dictionary<SettingsPlace, object> Settings)
    {
        public void Keep(SettingsPlace place, object? settings)
        {
            if (settings is not null)
                Settings[place] = settings;
        }
    }

    private static void CheckPresence(IConfiguration configuration, FaultList faults)
    {
        if (!configuration.GetChildren().Any(section => section.Key.Equals("ReverseProxy", StringComparison.OrdinalIgnoreCase)))
            faults.Add("ReverseProxy", $"is missing; {WhatWasMeant(configuration)}");
        else if (!configuration.GetSection("ReverseProxy").GetChildren().Any(section => section.Key.Equals("Routes", StringComparison.OrdinalIgnoreCase)))
            faults.Add("ReverseProxy:Routes", "is missing; \"Routes\": {} says that there are none.");
    }

    private static string WhatWasMeant(IConfiguration configuration) =>
        NearestName.Find("ReverseProxy", configuration.GetChildren().Where(section => section.GetChildren().Any()).Select(section => section.Key)) is { } found
            ? $"'{found}' is not read; did you mean 'ReverseProxy'?"
            : "a gateway without routes says so with \"ReverseProxy\": { \"Routes\": {} }.";

    private void ReadGateway(Reading reading)
    {
        var gateway = reading.Configuration.GetSection("Gateway");
        foreach (var section in Of(SettingsScope.Gateway))
            reading.Keep(new(section, "", ""), section.Read(reading.Reader, gateway, section.BuiltIn, reading.Faults));
        foreach (var section in Of(SettingsScope.Cluster))
            section.Read(reading.Reader, reading.Configuration.GetSection(Defaults), section.BuiltIn, reading.Faults);
        var keys = Of(SettingsScope.Gateway).SelectMany(section => section.Keys)
            .Concat(Of(SettingsScope.Cluster).SelectMany(section => section.Keys).Select(key => $"ClusterDefaults:{key}"));
        CheckKeys(gateway, new KnownKeys([.. keys]), reading.Faults);
    }

    // Containers such as Gateway:RateLimit hold nothing but what gates declared below them.
    private static void CheckKeys(IConfigurationSection container, KnownKeys known, FaultList faults)
    {
        if (!string.IsNullOrEmpty(container.Value))
            faults.Add(container.Path, container.Value, "stands where a section with keys of its own is expected.");
        foreach (var child in container.GetChildren())
        {
            var below = known.Below(child.Key);
            if (!known.Contains(child.Key))
                faults.Add(child.Path, $"is not a known key; {NearestName.Suggest(child.Key, known.Names.Distinct())}");
            else if (below.Names.Any())
                CheckKeys(child, below, faults);
        }
    }

    private List<ClusterConfig> ReadClusters(Reading reading)
    {
        var known = new KnownKeys(
        [
            .. Of(SettingsScope.Cluster).SelectMany(section => section.Keys),
            .. Of(SettingsScope.Destination).SelectMany(section => section.Keys).Select(key => $"Destinations:*:{key}"),
        ]);
        var defaults = reading.Configuration.GetSection(Defaults);
        // The faults of the defaults were told once already, below Gateway.
        var silent = new FaultList();
        var baselines = Of(SettingsScope.Cluster).ToDictionary(
            section => section, section => section.Read(new StrictReader(silent), defaults, section.BuiltIn, silent));
        var clusters = new List<ClusterConfig>();
        foreach (var place in Named(reading, "Clusters", "a cluster"))
        {
            clusters.Add(reading.Reader.Read(place, new ClusterConfig { ClusterId = place.Key }, known, nameof(ClusterConfig.ClusterId)));
            foreach (var (section, baseline) in baselines)
                reading.Keep(new(section, place.Key, ""), section.Read(reading.Reader, place, baseline, reading.Faults));
            foreach (var destination in place.GetSection("Destinations").GetChildren())
            {
                foreach (var section in Of(SettingsScope.Destination))
                    reading.Keep(new(section, place.Key, destination.Key), section.Read(reading.Reader, destination, section.BuiltIn, reading.Faults));
            }
        }
        return clusters;
    }

    private List<RouteConfig> ReadRoutes(Reading reading)
    {
        var known = new KnownKeys([.. Of(SettingsScope.Route).SelectMany(section => section.Keys)]);
        var routes = new List<RouteConfig>();
        foreach (var place in Named(reading, "Routes", "a route"))
        {
            routes.Add(WithoutRootDots(reading.Reader.Read(place, new RouteConfig { RouteId = place.Key }, known, nameof(RouteConfig.RouteId))));
            foreach (var section in Of(SettingsScope.Route))
                reading.Keep(new(section, place.Key, ""), section.Read(reading.Reader, place, section.BuiltIn, reading.Faults));
        }
        foreach (var child in reading.Configuration.GetSection("ReverseProxy").GetChildren())
        {
            if (!Known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                reading.Faults.Add(child.Path, $"is not a known key; {NearestName.Suggest(child.Key, Known)}");
        }
        return routes;
    }

    // Routes are looked for without the dot that a request's host may end in.
    private static RouteConfig WithoutRootDots(RouteConfig route) =>
        route.Match?.Hosts is not { Count: > 0 } hosts || hosts.All(host => ReferenceEquals(HostName.WithoutRootDot(host), host)) ? route
        : route with { Match = route.Match with { Hosts = [.. hosts.Select(HostName.WithoutRootDot)] } };

    private static readonly string[] Known = ["Routes", "Clusters"];

    private static IEnumerable<IConfigurationSection> Named(Reading reading, string container, string what)
    {
        var section = reading.Configuration.GetSection($"ReverseProxy:{container}");
        if (!string.IsNullOrEmpty(section.Value))
            reading.Faults.Add(section.Path, section.Value, "stands where a section with names of your choice is expected.");
        foreach (var child in section.GetChildren())
        {
            if (!string.IsNullOrEmpty(child.Value))
                reading.Faults.Add(child.Path, child.Value, $"stands where {what} is expected.");
            else
                yield return child;
        }
    }

    private IEnumerable<SettingsSection> Of(SettingsScope scope) => _sections.Where(section => section.Scope == scope);
}

/// <summary>Checks a part of the configuration that belongs to neither a route nor a cluster, such as the listeners.</summary>
public interface IConfigurationRule
{
    void Check(IConfiguration configuration, FaultList faults);
}
