namespace Gateway.Configuration;

/// <summary>Settings that are allowed and hardly what was meant: no fault, and never a reason to refuse a configuration.</summary>
/// <param name="Path">The configuration path of the setting that it is about.</param>
/// <param name="Text">One sentence: what contradicts what, why it matters, what would fit.</param>
public sealed record Advice(string Path, string Text)
{
    public override string ToString() => $"{Path}: {Text}";
}

/// <summary>Knows which settings of its folder contradict each other, or those of others. Registered beside the settings.</summary>
public interface IConfigurationAdvisor
{
    /// <summary>Looks at a configuration that has no fault; must not throw.</summary>
    /// <returns>The same advice more than once is told once: what stands in the defaults is the same for every cluster that takes it.</returns>
    IEnumerable<Advice> Advise(Snapshot snapshot);
}

/// <summary>Knows what outside of the configuration does not go with it, such as what a name stands for. Asked in the background.</summary>
internal interface ISurroundingsAdvisor
{
    /// <summary>Looks around for a configuration that has no fault. What cannot be found out is no advice.</summary>
    Task<IReadOnlyList<Advice>> AdviseAsync(Snapshot snapshot, CancellationToken cancellationToken);
}
