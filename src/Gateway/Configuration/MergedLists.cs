namespace Gateway.Configuration;

/// <summary>Finds the lists of which one layer's entries are left under another layer's.</summary>
internal static class MergedLists
{
    /// <param name="layers">The layers, the lowest first.</param>
    /// <param name="merged">The values that hold.</param>
    public static IReadOnlyList<MergedList> Find(IReadOnlyList<Layer> layers, IReadOnlyDictionary<string, string?> merged)
    {
        // Looked for from the top: what overrides is small, and a large file is gone through only if something overrides it.
        var above = new Dictionary<string, List<Layer>>(StringComparer.OrdinalIgnoreCase);
        var left = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = layers.Count - 1; i >= 0 && (i > 0 || above.Count > 0); i--)
        {
            var layer = layers[i];
            var own = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var key in layer.Values.Keys)
            {
                foreach (var list in ListsOf(key, layer, layers, i == 0 ? above : null))
                {
                    own.Add(list);
                    if (above.ContainsKey(list) && key.Length > list.Length && !IsOverridden(key, layers, i))
                        left.Add(list);
                }
            }
            foreach (var list in own)
                (above.TryGetValue(list, out var said) ? said : above[list] = []).Insert(0, layer);
        }
        return [.. left.Where(list => !left.Any(outer => IsBelow(list, outer))).Order(StringComparer.OrdinalIgnoreCase)
            .Select(list => new MergedList(list, [.. above[list].Select(layer => layer.NameOf(list)!)], EntriesOf(list, merged)))];
    }

    // The lists that a key stands in: a list may hold lists. An empty list is a key of its own.
    private static IEnumerable<string> ListsOf(string key, Layer layer, IReadOnlyList<Layer> layers, Dictionary<string, List<Layer>>? among)
    {
        for (var end = key.Length; end > 0; end = key.LastIndexOf(':', end - 1))
        {
            var path = end == key.Length ? key : key[..end];
            if (among is null ? IsList(path, key, layer, layers) : among.ContainsKey(path))
                yield return path;
        }
    }

    // Only a file tells a list from a section whose names are numbers. What no file names is a list if it looks like one.
    private static bool IsList(string path, string key, Layer layer, IReadOnlyList<Layer> layers) =>
        layers.Any(other => other.Lists.Contains(path))
        || (!layer.IsFile && key.Length > path.Length && IsIndex(key.AsSpan(path.Length + 1)) && !layers.Any(other => other.IsFile && other.NameOf(path) is not null));

    private static bool IsIndex(ReadOnlySpan<char> below)
    {
        var end = below.IndexOf(':');
        return int.TryParse(end < 0 ? below : below[..end], System.Globalization.NumberStyles.None, null, out _);
    }

    private static bool IsOverridden(string key, IReadOnlyList<Layer> layers, int layer)
    {
        for (var i = layer + 1; i < layers.Count; i++)
        {
            if (layers[i].Values.ContainsKey(key))
                return true;
        }
        return false;
    }

    private static bool IsBelow(string path, string outer) =>
        path.Length > outer.Length && path[outer.Length] == ':' && path.StartsWith(outer, StringComparison.OrdinalIgnoreCase);

    private static List<string>? EntriesOf(string list, IReadOnlyDictionary<string, string?> merged)
    {
        if (FieldChange.MayHoldSecrets(list))
            return null;
        return [.. merged.Keys.Where(key => IsBelow(key, list))
            .GroupBy(key => key[(list.Length + 1)..].Split(':')[0], StringComparer.OrdinalIgnoreCase)
            .OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance)
            .Select(entry => merged.GetValueOrDefault($"{list}:{entry.Key}") ?? "{…}")];
    }
}
