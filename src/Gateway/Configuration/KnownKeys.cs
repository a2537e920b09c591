namespace Gateway.Configuration;

/// <summary>
/// The keys that gates added below a section of YARP's, as paths relative to it
/// (<c>Pool</c>, <c>HealthCheck:Tcp</c>, <c>Destinations:*:Weight</c>): not unknown, but read by others.
/// </summary>
internal sealed class KnownKeys(IReadOnlyList<string> paths)
{
    /// <summary>Stands for a name of the user's choice, such as a destination's id.</summary>
    public const string AnyName = "*";

    public static readonly KnownKeys None = new([]);

    public IEnumerable<string> Names => paths.Select(First);

    public bool Contains(string key) => Names.Contains(key, StringComparer.OrdinalIgnoreCase);

    public KnownKeys Below(string key)
    {
        var below = paths
            .Where(path => path.Length > key.Length && path[key.Length] == ':' && path.StartsWith(key, StringComparison.OrdinalIgnoreCase))
            .Select(path => path[(key.Length + 1)..])
            .ToList();
        return below.Count == 0 ? None : new KnownKeys(below);
    }

    private static string First(string path) => path.IndexOf(':', StringComparison.Ordinal) is var colon and >= 0 ? path[..colon] : path;
}
