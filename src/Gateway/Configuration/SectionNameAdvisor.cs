namespace Gateway.Configuration;

/// <summary>Finds top-level sections with names that are nearly ours: they are not read, and nothing else would say so.</summary>
internal sealed class SectionNameAdvisor(IEnumerable<OpenSection> others) : IConfigurationAdvisor
{
    private readonly string[] _known = [.. Ours, .. others.Select(section => section.Key)];

    public static readonly string[] Ours = ["Gateway", "ReverseProxy"];

    public IEnumerable<Advice> Advise(Snapshot snapshot) =>
        from name in SectionsOf(snapshot.Effective.Keys)
        where !_known.Contains(name, StringComparer.OrdinalIgnoreCase)
        let meant = NearestName.Find(name, Ours)
        where meant is not null
        select new Advice(name, $"this section is not read, so nothing in it takes effect; did you mean '{meant}'?");

    // A single variable of the environment, of which there are many, is no section.
    private static IEnumerable<string> SectionsOf(IEnumerable<string> keys) => keys
        .Where(key => key.Contains(':', StringComparison.Ordinal))
        .Select(key => key[..key.IndexOf(':', StringComparison.Ordinal)])
        .Distinct(StringComparer.OrdinalIgnoreCase);
}
