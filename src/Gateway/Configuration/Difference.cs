using System.Collections.Frozen;

namespace Gateway.Configuration;

/// <summary>What changed between two configurations, each id counted once, at the innermost place that changed.</summary>
internal sealed class Difference
{
    private readonly Dictionary<string, Counts> _counts = [];

    public bool IsEmpty => _counts.Count == 0;

    private sealed class Counts
    {
        public int Added;
        public int Removed;
        public int Changed;
    }

    public static Difference Between(FrozenDictionary<string, string?> before, FrozenDictionary<string, string?> after)
    {
        var difference = new Difference();
        var old = ByThing(before);
        var @new = ByThing(after);
        foreach (var thing in old.Keys.Union(@new.Keys))
        {
            var counts = difference._counts.GetValueOrDefault(thing.Kind) ?? new Counts();
            if (!old.TryGetValue(thing, out var was))
                counts.Added++;
            else if (!@new.TryGetValue(thing, out var @is))
                counts.Removed++;
            else if (!was.SetEquals(@is))
                counts.Changed++;
            else
                continue;
            difference._counts[thing.Kind] = counts;
        }
        return difference;
    }

    /// <summary>For example <c>+1 route, ~1 cluster, -1 destination, ~settings</c>.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (var kind in (ReadOnlySpan<string>)["route", "cluster", "destination"])
        {
            if (!_counts.TryGetValue(kind, out var counts))
                continue;
            Append(parts, '+', counts.Added, kind);
            Append(parts, '-', counts.Removed, kind);
            Append(parts, '~', counts.Changed, kind);
        }
        parts.AddRange(_counts.Keys.Where(kind => kind is "settings" or "listeners" or "other sections").Order().Select(kind => $"~{kind}"));
        return string.Join(", ", parts);
    }

    private static void Append(List<string> parts, char sign, int count, string kind)
    {
        if (count > 0)
            parts.Add($"{sign}{count} {kind}{(count == 1 ? "" : "s")}");
    }

    private readonly record struct Thing(string Kind, string Id);

    private static Dictionary<Thing, HashSet<(string, string?)>> ByThing(FrozenDictionary<string, string?> effective)
    {
        var things = new Dictionary<Thing, HashSet<(string, string?)>>();
        foreach (var (key, value) in effective)
        {
            var thing = ThingOf(key.ToUpperInvariant().Split(':'));
            if (!things.TryGetValue(thing, out var pairs))
                things[thing] = pairs = [];
            // A section's own key says only that it is there; its first and its last child would change it otherwise.
            if (value is not null)
                pairs.Add((key.ToUpperInvariant(), value));
        }
        return things;
    }

    private static Thing ThingOf(string[] key) => key switch
    {
        ["REVERSEPROXY", "ROUTES", var id, ..] => new("route", id),
        ["REVERSEPROXY", "CLUSTERS", var cluster, "DESTINATIONS", var id, ..] => new("destination", $"{cluster}:{id}"),
        ["REVERSEPROXY", "CLUSTERS", var id, ..] => new("cluster", id),
        ["GATEWAY", ..] => new("settings", ""),
        ["KESTREL", ..] => new("listeners", ""),
        _ => new("other sections", ""),
    };
}
