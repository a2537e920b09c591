using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Gateway.Configuration;

/// <summary>
/// Reads a configuration section into a record, property by property. A key that no property
/// bears, a value of another type and a number out of its range are faults, where the binder that
/// comes with .NET would pass them over. YARP's own records are read the same way as ours.
/// </summary>
internal sealed class StrictReader(FaultList faults)
{
    private static readonly MethodInfo Clone = typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!;

    /// <summary>Reads <paramref name="section"/> over <paramref name="baseline"/>: what the section does not say stays as it is there.</summary>
    /// <param name="section">What to read.</param>
    /// <param name="baseline">What holds where the section says nothing.</param>
    /// <param name="known">Keys below this section that others read.</param>
    /// <param name="hidden">Properties that are no keys, such as an id that is the section's own name.</param>
    public T Read<T>(IConfigurationSection section, T baseline, KnownKeys? known = null, params string[] hidden) where T : class =>
        (T)ReadObject(section, baseline, known ?? KnownKeys.None, hidden);

    /// <summary>Reads only the keys that <typeparamref name="T"/> has, where others have theirs beside them.</summary>
    public T ReadAmongOthers<T>(IConfigurationSection section, T baseline) where T : class
    {
        var result = Clone.Invoke(baseline, null)!;
        foreach (var (name, property) in SettingsType.ByName(typeof(T)))
            Set(result, property, section.GetSection(name), KnownKeys.None);
        return (T)result;
    }

    private object ReadObject(IConfigurationSection section, object baseline, KnownKeys known, string[] hidden)
    {
        if (!IsContainer(section, "a section with keys of its own"))
            return baseline;
        var result = Clone.Invoke(baseline, null)!;
        var properties = SettingsType.ByName(result.GetType());
        foreach (var child in section.GetChildren())
        {
            if (properties.TryGetValue(child.Key, out var property) && !hidden.Contains(property.Name))
                Set(result, property, child, known.Below(child.Key));
            else if (!known.Contains(child.Key))
                faults.Add(child.Path, $"is not a known key; {NearestName.Suggest(child.Key, properties.Keys.Except(hidden).Concat(known.Names))}");
        }
        return result;
    }

    private void Set(object target, PropertyInfo property, IConfigurationSection section, KnownKeys known)
    {
        if (IsAbsent(section))
            return;
        if (ReadValue(section, SettingsType.TypeOf(property), property.GetValue(target), YarpRanges.Of(property), known) is { } value)
            property.SetValue(target, value);
    }

    private object? ReadValue(IConfigurationSection section, Type type, object? current, RangeAttribute? range, KnownKeys known) => SettingsType.KindOf(type) switch
    {
        SettingsKind.Scalar => ReadScalar(section, type, range),
        SettingsKind.Flags => ReadFlags(section, type),
        SettingsKind.List => ReadList(section, SettingsType.ElementOf(type), range),
        SettingsKind.Map => ReadDictionary(section, SettingsType.ElementOf(type), known),
        _ => ReadObject(section, current ?? Activator.CreateInstance(type)!, known, []),
    };

    private object? ReadScalar(IConfigurationSection section, Type type, RangeAttribute? range)
    {
        if (section.Value is { } text)
            return ScalarParser.Parse(section.Path, text, type, range, faults);
        faults.Add(section.Path, "is a section where a single value is expected.");
        return null;
    }

    private object? ReadFlags(IConfigurationSection section, Type type)
    {
        if (!IsContainer(section, "a list"))
            return null;
        var bits = section.GetChildren()
            .Select(child => ScalarParser.ParseEnum(child.Path, child.Value ?? "", type, faults))
            .Aggregate(0L, (sum, value) => value is null ? sum : sum | Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture));
        return Enum.ToObject(type, bits);
    }

    // The range of a list is that of what it holds.
    private IList? ReadList(IConfigurationSection section, Type element, RangeAttribute? range)
    {
        if (!IsContainer(section, "a list"))
            return null;
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (var child in section.GetChildren())
        {
            if (ReadValue(child, element, null, range, KnownKeys.None) is { } value)
                list.Add(value);
        }
        return list;
    }

    private IDictionary? ReadDictionary(IConfigurationSection section, Type element, KnownKeys known)
    {
        if (!IsContainer(section, "a section with names of your choice"))
            return null;
        var dictionary = (IDictionary)Activator.CreateInstance(
            typeof(Dictionary<,>).MakeGenericType(typeof(string), element), StringComparer.OrdinalIgnoreCase)!;
        foreach (var child in section.GetChildren())
        {
            if (ReadValue(child, element, null, null, known.Below(KnownKeys.AnyName)) is { } value)
                dictionary[child.Key] = value;
        }
        return dictionary;
    }

    private bool IsContainer(IConfigurationSection section, string expected)
    {
        if (string.IsNullOrEmpty(section.Value))
            return true;
        faults.Add(section.Path, section.Value, $"stands where {expected} is expected.");
        return false;
    }

    // A JSON null says nothing: the key counts as not written.
    private static bool IsAbsent(IConfigurationSection section) => section.Value is null && !section.GetChildren().Any();
}
