namespace Gateway.Configuration;

/// <summary>Finds sections at the top whose names are nearly those of ours: nobody reads them, and so nobody misses what they say.</summary>
internal sealed class SectionNameAdvisor(IEnumerable<OpenSection> others) : IConfigurationAdvisor
{
    private readonly string[] _known = [.. Ours, .. others.Select(section => section.Key)];

    public static readonly string[] Ours = ["Gateway", "ReverseProxy"];

    public IEnumerable<Advice> Advise(Snapshot snapshot) =>
        from name in SectionsOf(snapshot.Effective.Keys)
        where !_known.Contains(name, StringComparer.OrdinalIgnoreCase)
        let meant = NearestName.Find(name, Ours)
        where meant is not null
        select new Advice(name, $"nobody reads this section, so nothing of it holds; did you mean '{meant}'?");

    // A single variable of the environment, of which there are many, is no section.
    private static IEnumerable<string> SectionsOf(IEnumerable<string> keys) => keys
        .Where(key => key.Contains(':', StringComparison.Ordinal))
        .Select(key => key[..key.IndexOf(':', StringComparison.Ordinal)])
        .Distinct(StringComparer.OrdinalIgnoreCase);
}
