namespace Gateway.Configuration;

/// <summary>What became of one save of the configuration.</summary>
/// <param name="Version">The version that is in force after it.</param>
/// <param name="Time">When it was decided.</param>
/// <param name="Outcome">Whether it came into force.</param>
/// <param name="Summary">The counts, such as <c>+1 route, ~settings</c>; empty when it was rejected.</param>
/// <param name="Changes">What changed, by id.</param>
/// <param name="LiveState">What it meant for buckets, connections and requests under way, in sentences.</param>
/// <param name="Faults">Why it was rejected.</param>
internal sealed record Receipt(
    long Version, DateTimeOffset Time, ReloadOutcome Outcome, string Summary, IReadOnlyList<Change> Changes,
    IReadOnlyList<string> LiveState, IReadOnlyList<Fault> Faults)
{
    /// <summary>The whole receipt on one line.</summary>
    public override string ToString() => string.Join("; ", Outcome == ReloadOutcome.Applied ? Changes.Select(change => change.ToString()).Concat(LiveState) : Faults.Select(fault => fault.ToString()));
}

/// <summary>What becomes of a save: it comes into force as a whole, or nothing of it does.</summary>
internal enum ReloadOutcome
{
    Applied,
    Rejected,
}

/// <summary>A part of the configuration that can change, in the order in which changes are told.</summary>
internal enum ChangedKind
{
    Route,
    Cluster,
    Destination,
    Listeners,
    OtherSections,
    Settings,
}

/// <summary>How a part changed.</summary>
internal enum ChangedHow
{
    Added,
    Removed,
    Changed,
}

/// <summary>One part that changed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its id, a destination's as <c>cluster/destination</c>; empty where there is one only.</param>
/// <param name="How">How it changed.</param>
/// <param name="Fields">Its keys that changed.</param>
internal sealed record Change(ChangedKind Kind, string Id, ChangedHow How, IReadOnlyList<FieldChange> Fields)
{
    public string Name => Kind switch
    {
        ChangedKind.Route => "route",
        ChangedKind.Cluster => "cluster",
        ChangedKind.Destination => "destination",
        ChangedKind.Settings => "settings",
        ChangedKind.Listeners => "listeners",
        _ => "other sections",
    };

    public char Sign => How switch { ChangedHow.Added => '+', ChangedHow.Removed => '-', _ => '~' };

    public override string ToString() => $"{Sign}{Name}{(Id.Length > 0 ? $" {Id}" : "")}{(Fields.Count > 0 && How != ChangedHow.Removed ? $" ({string.Join(", ", Fields)})" : "")}";
}

/// <summary>One key that changed.</summary>
/// <param name="Key">The key below its part, such as <c>Pool:QueueLimit</c>.</param>
/// <param name="Old">Its value before; null where it had none or it is not for showing.</param>
/// <param name="New">Its value now; null where it has none or it is not for showing.</param>
/// <param name="IsHidden">Whether the values are not for showing, as they may hold secrets.</param>
internal sealed record FieldChange(string Key, string? Old, string? New, bool IsHidden)
{
    private static readonly string[] Secret = ["Transforms:", "Metadata:", "Match:Headers:", "Match:QueryParameters:", "HttpClient:WebProxy:", "SessionAffinity:"];

    /// <summary>A change of a key, without its values where they may be passwords, tokens or the like.</summary>
    public static FieldChange Of(ChangedKind kind, string key, string? old, string? @new)
    {
        var hidden = kind is ChangedKind.Listeners or ChangedKind.OtherSections
            || Secret.Any(prefix => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        return new(key, hidden ? null : old, hidden ? null : @new, hidden);
    }

    /// <summary>Whether the values at or below a path, or some of them, may be secrets.</summary>
    public static bool MayHoldSecrets(string path) =>
        Difference.KindOf(path) is ChangedKind.Listeners or ChangedKind.OtherSections
        || Secret.Any(part => $":{path}:".Contains($":{part}", StringComparison.OrdinalIgnoreCase));

    public override string ToString() => IsHidden ? Key : $"{Key}: {Old ?? "-"} → {New ?? "-"}";
}
