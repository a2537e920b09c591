using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>Finds ASP.NET Core's settings for where to listen that say something else than what is listened on.</summary>
internal sealed class ListenAdvisor : IConfigurationAdvisor
{
    // .NET's base images set it without being asked.
    private const string OfBaseImages = "8080";

    public IEnumerable<Advice> Advise(Snapshot snapshot)
    {
        var named = Listeners.NamesTraffic(snapshot.Effective);
        var traffic = Listeners.OfTraffic(snapshot.Effective)
            .Where(static pair => pair.Key.EndsWith(":Url", StringComparison.OrdinalIgnoreCase) && pair.Value is not null)
            .Select(static pair => pair.Value!).ToList();
        var listened = traffic.Select(ListenUrls.Normalize).ToHashSet();
        foreach (var setting in ListenUrls.All(snapshot.Effective))
        {
            if ((setting.Key == ListenUrls.HttpPorts && setting.Value.Trim() == OfBaseImages) || IsListenedOn(setting, listened))
                continue;
            yield return new Advice(setting.Key,
                $"'{setting.Value}' is not what the gateway listens on for traffic ({string.Join(", ", traffic)}), since {(named ? "Kestrel:Endpoints names" : "a setting of higher rank says")} that; the same address there would fit, or no {setting.Key}.");
        }
    }

    // Ports speak of one scheme only: what is listened on with the other is no contradiction.
    private static bool IsListenedOn(ListenSetting setting, HashSet<string> listened) => setting.Urls.Select(url => ListenUrls.Normalize(url.Url)).ToHashSet()
        .SetEquals(listened.Where(url => setting.Scheme is null || url.StartsWith($"{setting.Scheme}:", StringComparison.Ordinal)));
}
