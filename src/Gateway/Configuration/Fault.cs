namespace Gateway.Configuration;

/// <summary>One thing that is wrong with a configuration: where, what was found, what is allowed.</summary>
/// <param name="Path">The configuration path, such as <c>ReverseProxy:Clusters:api:Pool:PermitsPerDestination</c>, or a file's name.</param>
/// <param name="Found">The value found there; null where there is none or it is not for showing.</param>
/// <param name="Problem">What is wrong and what is allowed.</param>
/// <param name="Place">Where it stands: a file and a line such as <c>appsettings.json:12</c>, an environment variable or an argument; null where that is not known.</param>
public sealed record Fault(string Path, string? Found, string Problem, string? Place = null)
{
    public override string ToString() => $"{(Place is null ? "" : $"{Place}: ")}{Path}: {(Found is null ? "" : $"'{Found}' ")}{Problem}";
}

/// <summary>Collects every fault of one configuration, so that all are reported together.</summary>
public sealed class FaultList
{
    private const int LongestValueShown = 100;
    private readonly List<Fault> _faults = [];
    private Func<string, string?> _placeOf = static _ => null;

    public IReadOnlyList<Fault> All => _faults;

    public bool Any => _faults.Count > 0;

    /// <summary>Tells the list how to find where a path stands, for the faults that follow.</summary>
    public void LocateBy(Func<string, string?> placeOf) => _placeOf = placeOf;

    public void Add(string path, string problem) => Add(path, null, problem);

    public void Add(string path, string? found, string problem) => Add(path, found, problem, _placeOf(path));

    public void Add(string path, string? found, string problem, string? place) =>
        _faults.Add(new Fault(path, found is { Length: > LongestValueShown } ? string.Concat(found.AsSpan(0, LongestValueShown), "…") : found, problem, place));

    /// <summary>Says whether a fault was found at or below <paramref name="path"/>.</summary>
    public bool AnyBelow(string path) => _faults.Exists(fault =>
        fault.Path.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (fault.Path.Length == path.Length || fault.Path[path.Length] == ':'));

    public override string ToString() => string.Join(Environment.NewLine, _faults);
}
