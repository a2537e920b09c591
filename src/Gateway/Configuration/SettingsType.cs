using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace Gateway.Configuration;

/// <summary>What a value of a settings record looks like in the configuration.</summary>
internal enum SettingsKind
{
    /// <summary>One value, see <see cref="ScalarParser"/>.</summary>
    Scalar,

    /// <summary>A list of an enumeration's names that are taken together.</summary>
    Flags,

    /// <summary>A list.</summary>
    List,

    /// <summary>A section with names of the user's choice.</summary>
    Map,

    /// <summary>A section with the keys of a record.</summary>
    Section,
}

/// <summary>How the types that settings are made of are taken apart. The reader and the schema both ask here, and so agree.</summary>
internal static class SettingsType
{
    private static readonly ConcurrentDictionary<Type, FrozenDictionary<string, PropertyInfo>> Named = new();

    public static SettingsKind KindOf(Type type) =>
        ScalarParser.IsScalar(type) ? SettingsKind.Scalar
        : type.IsEnum ? SettingsKind.Flags
        : IsGeneric(type, typeof(IReadOnlyList<>)) ? SettingsKind.List
        : IsGeneric(type, typeof(IReadOnlyDictionary<,>)) ? SettingsKind.Map
        : SettingsKind.Section;

    /// <summary>The type of what a list or a map holds.</summary>
    public static Type ElementOf(Type type) => type.GetGenericArguments()[^1];

    public static Type TypeOf(PropertyInfo key) => Nullable.GetUnderlyingType(key.PropertyType) ?? key.PropertyType;

    /// <summary>The properties of a record that are keys of its section.</summary>
    /// <param name="type">The record.</param>
    /// <param name="hidden">Properties that are none, such as an id that is the section's own name.</param>
    public static IEnumerable<PropertyInfo> KeysOf(Type type, params string[] hidden) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite && !hidden.Contains(property.Name));

    /// <summary>The properties of a record by name, without case. Looked up for every section of a file, they are kept.</summary>
    public static FrozenDictionary<string, PropertyInfo> ByName(Type type) => Named.GetOrAdd(type, static type =>
        KeysOf(type).ToFrozenDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase));

    private static bool IsGeneric(Type type, Type definition) => type.IsGenericType && type.GetGenericTypeDefinition() == definition;
}
