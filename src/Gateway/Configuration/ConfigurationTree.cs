using Microsoft.Extensions.Primitives;

namespace Gateway.Configuration;

/// <summary>
/// The values of all layers as a tree. .NET's own root looks through every key for the children of
/// one section, which takes minutes where there are thousands of routes. Does not change; thread-safe.
/// </summary>
internal sealed class ConfigurationTree : IConfiguration
{
    private static readonly IChangeToken Unchanging = new ConfigurationReloadToken();
    private readonly Node _root = new("", "");

    /// <param name="values">Flat keys such as <c>Gateway:Drain:Timeout</c>, and their values.</param>
    public ConfigurationTree(IEnumerable<KeyValuePair<string, string?>> values)
    {
        foreach (var (path, value) in values)
            _root.Make(path).Assign(value);
    }

    /// <summary>The lists that more than one layer had a say in.</summary>
    public IReadOnlyList<MergedList> MergedLists { get; init; } = [];

    public string? this[string key]
    {
        get => _root[key];
        set => _root[key] = value;
    }

    public IConfigurationSection GetSection(string key) => _root.GetSection(key);

    public IEnumerable<IConfigurationSection> GetChildren() => _root.GetChildren();

    public IChangeToken GetReloadToken() => Unchanging;

    private sealed class Node(string path, string key) : IConfigurationSection
    {
        private Dictionary<string, Node>? _children;
        private Node[]? _ordered;
        private string? _value;

        public string Key => key;

        public string Path => path;

        public string? Value
        {
            get => _value;
            set => throw ReadOnly();
        }

        public string? this[string key]
        {
            get => Find(key)?._value;
            set => throw ReadOnly();
        }

        public void Assign(string? value) => _value = value;

        public Node Make(string below)
        {
            var node = this;
            foreach (var segment in below.AsSpan().Split(':'))
            {
                var children = node._children ??= new(StringComparer.OrdinalIgnoreCase);
                if (!children.TryGetValue(below[segment], out var child))
                    children[below[segment]] = child = new Node(below[..segment.End], below[segment]);
                node = child;
            }
            return node;
        }

        public IConfigurationSection GetSection(string key) =>
            Find(key) ?? new Node(path.Length == 0 ? key : ConfigurationPath.Combine(path, key), ConfigurationPath.GetSectionKey(key));

        // Two readers at once put the same order there twice.
        public IEnumerable<IConfigurationSection> GetChildren() => _children is null ? []
            : _ordered ??= [.. _children.Values.OrderBy(child => child.Key, ConfigurationKeyComparer.Instance)];

        public IChangeToken GetReloadToken() => Unchanging;

        private Node? Find(string below)
        {
            var node = this;
            foreach (var segment in below.AsSpan().Split(':'))
            {
                if (node._children is null
                    || !node._children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(below.AsSpan(segment), out node!))
                {
                    return null;
                }
            }
            return node;
        }

        private static NotSupportedException ReadOnly() => new("A configuration that was read does not change.");
    }
}
