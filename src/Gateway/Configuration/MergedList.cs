namespace Gateway.Configuration;

/// <summary>A list with entries from several layers, merged index by index; an override rarely means that.</summary>
/// <param name="Path">The list's configuration path.</param>
/// <param name="Layers">The layers that say something of it, the lowest first.</param>
/// <param name="Entries">What it is: the values, <c>{…}</c> for sections; null where they may hold secrets.</param>
internal sealed record MergedList(string Path, IReadOnlyList<string> Layers, IReadOnlyList<string>? Entries);

/// <summary>Tells which lists are merged.</summary>
internal sealed class MergedListAdvisor : IConfigurationAdvisor
{
    public IEnumerable<Advice> Advise(Snapshot snapshot) => snapshot.MergedLists.Select(list => new Advice(list.Path,
        $"{string.Join(" and ", list.Layers)} {(list.Layers.Count > 2 ? "all" : "both")} have entries of this list, which are merged index by index{Merged(list)}; the whole list in one layer, or a value at every index of the lower one, would fit."));

    private static string Merged(MergedList list) => list.Entries is null ? "" : $", into [{string.Join(", ", list.Entries)}]";
}
