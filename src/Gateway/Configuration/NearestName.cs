namespace Gateway.Configuration;

/// <summary>Finds the known name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    private const int LongestCompared = 64;

    /// <summary>Says what names are allowed, with the nearest one first where one is near.</summary>
    public static string Suggest(string found, IEnumerable<string> known)
    {
        var names = known.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).ToList();
        if (names.Count == 0)
            return "none is known here";
        var nearest = Find(found, names);
        return nearest is not null ? $"did you mean '{nearest}'?"
            : names.Count <= 12 ? $"known are {string.Join(", ", names)}"
            : $"{names.Count} are known";
    }

    /// <summary>The known name that is near enough to be meant; null where none is.</summary>
    public static string? Find(string found, IEnumerable<string> known) => found.Length > LongestCompared ? null : known
        .Where(name => name.Length <= LongestCompared)
        .Select(name => (name, distance: Distance(found.ToUpperInvariant(), name.ToUpperInvariant())))
        .Where(candidate => candidate.distance <= Math.Max(2, found.Length / 3))
        .OrderBy(candidate => candidate.distance)
        .Select(candidate => candidate.name)
        .FirstOrDefault();

    // Levenshtein, with a swap of two neighbours counted as one edit: the commonest slip of a keyboard.
    private static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            table[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            table[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var edit = a[i - 1] == b[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + edit);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    best = Math.Min(best, table[i - 2, j - 2] + 1);
                table[i, j] = best;
            }
        }
        return table[a.Length, b.Length];
    }
}
