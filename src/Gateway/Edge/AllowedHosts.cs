using System.Collections.Frozen;
using System.Globalization;
using Gateway.Configuration;

namespace Gateway.Edge;

/// <summary>
/// The hosts for which traffic is served, by ASP.NET Core's own setting <c>AllowedHosts</c>: names without ports,
/// divided by semicolons, <c>*.example.com</c> for all below, <c>*</c> for every host. Follows saves; thread-safe.
/// </summary>
internal sealed class AllowedHosts : IConfigurationListener
{
    /// <summary>The key of the setting.</summary>
    public const string Key = "AllowedHosts";

    // What ASP.NET Core takes for every host.
    private static readonly string[] Every = ["*", "[::]", "0.0.0.0"];

    private volatile Patterns? _patterns;

    private sealed record Patterns(FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Names, string[] Suffixes);

    public void Apply(Snapshot snapshot)
    {
        var hosts = Listed(snapshot.Effective).Select(Normalize).ToList();
        _patterns = hosts.Count == 0 || hosts.Exists(host => Every.Contains(host)) ? null : new(
            hosts.Where(host => !host.StartsWith("*.", StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>(),
            [.. hosts.Where(host => host.StartsWith("*.", StringComparison.Ordinal)).Select(host => host[1..])]);
    }

    /// <summary>Whether a request to that host, as its field says it, is served. One that names no host is, as in ASP.NET Core.</summary>
    public bool Allow(string? host)
    {
        if (_patterns is not { } patterns || string.IsNullOrEmpty(host))
            return true;
        var name = NameOf(host);
        if (patterns.Names.Contains(name))
            return true;
        foreach (var suffix in patterns.Suffixes)
        {
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>Whether any host can be like it.</summary>
    public static bool IsPattern(string pattern) => Every.Contains(pattern)
        || (pattern.StartsWith('[') ? HostName.IsSendable(pattern) : HostName.IsMatchable(pattern));

    // A list in place of one text is taken as one, too.
    private static IEnumerable<string> Listed(IReadOnlyDictionary<string, string?> effective) => effective
        .Where(pair => pair.Key.Equals(Key, StringComparison.OrdinalIgnoreCase) || pair.Key.StartsWith($"{Key}:", StringComparison.OrdinalIgnoreCase))
        .SelectMany(pair => (pair.Value ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    // As it goes over the wire. A port is no part of a host's name.
    private static string Normalize(string pattern)
    {
        try
        {
            var host = NameOf(pattern).ToString();
            return host.StartsWith("*.", StringComparison.Ordinal) ? $"*.{new IdnMapping().GetAscii(host[2..])}"
                : host.StartsWith('[') ? host : new IdnMapping().GetAscii(host);
        }
        catch (ArgumentException)
        {
            return pattern;
        }
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> host)
    {
        if (host is ['[', ..])
            return host[..(host.IndexOf(']') + 1)];
        var colon = host.IndexOf(':');
        return (colon < 0 ? host : host[..colon]).TrimEnd('.');
    }
}
