
namespace Gateway.Configuration;

/// <summary>What changed between two configurations, each id once, at the innermost place that changed.</summary>
internal sealed class Difference
{
    private readonly Dictionary<Thing, List<FieldChange>> _fields = [];
    private readonly IReadOnlyDictionary<string, string?> _before;
    private readonly IReadOnlyDictionary<string, string?> _after;

    private Difference(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after)
    {
        (_before, _after) = (before, after);
        foreach (var (key, value) in after)
        {
            if (!before.TryGetValue(key, out var old) || old != value)
                Add(key, old, value);
        }
        foreach (var (key, old) in before)
        {
            if (!after.ContainsKey(key))
                Add(key, old, null);
        }
    }

    public static Difference Between(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) => new(before, after);

    /// <summary>What a key is a part of.</summary>
    public static ChangedKind KindOf(string key) => Thing.Of(key).Kind;

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>Every change by kind and id, in the order of the contract.</summary>
    public IReadOnlyList<Change> Changes => field ??= [.. _fields
        .Select(pair => new Change(pair.Key.Kind, pair.Key.Id, pair.Key.How(_before, _after), [.. pair.Value.OrderBy(change => change.Key, StringComparer.OrdinalIgnoreCase)]))
        .OrderBy(change => change.Kind).ThenBy(change => change.Id, StringComparer.OrdinalIgnoreCase)];

    /// <summary>For example <c>+1 route, ~1 cluster, -1 destination, ~settings</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (var kind in Changes.GroupBy(change => change.Kind))
        {
            if (kind.Key is not (ChangedKind.Route or ChangedKind.Cluster or ChangedKind.Destination))
            {
                parts.Add($"~{kind.First().Name}");
                continue;
            }
            foreach (var how in kind.GroupBy(change => change.How).OrderBy(how => how.Key))
                parts.Add($"{how.First().Sign}{how.Count()} {how.First().Name}{(how.Count() == 1 ? "" : "s")}");
        }
        return string.Join(", ", parts);
    }

    private void Add(string key, string? old, string? value)
    {
        var thing = Thing.Of(key);
        // A section's own key says only that it is there; its first and its last child would change the thing otherwise.
        if (old is null && value is null && !(thing.Path.Length == key.Length && thing.How(_before, _after) != ChangedHow.Changed))
            return;
        if (!_fields.TryGetValue(thing, out var fields))
            _fields[thing] = fields = [];
        if (thing.Path.Length < key.Length)
            fields.Add(FieldChange.Of(thing.Kind, key[thing.Path.Length..].TrimStart(':'), old, value));
    }

    /// <summary>What a key belongs to.</summary>
    /// <param name="Kind">What it is.</param>
    /// <param name="Id">Its id; empty where there is one only.</param>
    /// <param name="Path">The path of its section.</param>
    private readonly record struct Thing(ChangedKind Kind, string Id, string Path)
    {
        public bool Equals(Thing other) => Kind == other.Kind && string.Equals(Path, other.Path, StringComparison.OrdinalIgnoreCase);

        public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Path);

        public ChangedHow How(IReadOnlyDictionary<string, string?> before, IReadOnlyDictionary<string, string?> after) =>
            Kind is not (ChangedKind.Route or ChangedKind.Cluster or ChangedKind.Destination) ? ChangedHow.Changed
            : !before.ContainsKey(Path) ? ChangedHow.Added
            : !after.ContainsKey(Path) ? ChangedHow.Removed : ChangedHow.Changed;

        public static Thing Of(string key)
        {
            var parts = key.Split(':', 6);
            return (parts[0].ToUpperInvariant(), parts.ElementAtOrDefault(1)?.ToUpperInvariant(), parts.ElementAtOrDefault(3)?.ToUpperInvariant()) switch
            {
                ("REVERSEPROXY", "ROUTES", _) when parts.Length > 2 => new(ChangedKind.Route, parts[2], string.Join(':', parts[..3])),
                ("REVERSEPROXY", "CLUSTERS", "DESTINATIONS") when parts.Length > 4 => new(ChangedKind.Destination, $"{parts[2]}/{parts[4]}", string.Join(':', parts[..5])),
                ("REVERSEPROXY", "CLUSTERS", _) when parts.Length > 2 => new(ChangedKind.Cluster, parts[2], string.Join(':', parts[..3])),
                ("GATEWAY", _, _) => new(ChangedKind.Settings, "", parts[0]),
                ("KESTREL" or "URLS", _, _) => new(ChangedKind.Listeners, "", parts[0]),
                _ => new(ChangedKind.OtherSections, "", ""),
            };
        }
    }
}
