namespace Gateway.Configuration;

/// <summary>One thing that is wrong with a configuration: where, what was found, what is allowed.</summary>
/// <param name="Path">The configuration path, such as <c>ReverseProxy:Clusters:api:Pool:PermitsPerDestination</c>, or a file's name.</param>
/// <param name="Found">The value found there; null where there is none or it is not for showing.</param>
/// <param name="Problem">What is wrong and what is allowed.</param>
public sealed record Fault(string Path, string? Found, string Problem)
{
    public override string ToString() => Found is null ? $"{Path}: {Problem}" : $"{Path}: '{Found}' {Problem}";
}

/// <summary>Collects every fault of one configuration, so that all are reported together.</summary>
public sealed class FaultList
{
    private const int LongestValueShown = 100;
    private readonly List<Fault> _faults = [];

    public IReadOnlyList<Fault> All => _faults;

    public bool Any => _faults.Count > 0;

    public void Add(string path, string problem) => _faults.Add(new Fault(path, null, problem));

    public void Add(string path, string? found, string problem) =>
        _faults.Add(new Fault(path, found is { Length: > LongestValueShown } ? string.Concat(found.AsSpan(0, LongestValueShown), "…") : found, problem));

    /// <summary>Says whether a fault was found at or below <paramref name="path"/>.</summary>
    public bool AnyBelow(string path) => _faults.Exists(fault =>
        fault.Path.StartsWith(path, StringComparison.OrdinalIgnoreCase)
        && (fault.Path.Length == path.Length || fault.Path[path.Length] == ':'));

    public override string ToString() => string.Join(Environment.NewLine, _faults);
}
