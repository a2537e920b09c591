using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Extensions.Configuration.Json;

namespace Gateway.Configuration;

/// <summary>One JSON file of the configuration: its values, and the line that each key stands on.</summary>
internal sealed class JsonLayer
{
    private static readonly JsonDocumentOptions Document = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly Dictionary<string, int> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _lists = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _file;
    private readonly ReadOnlyMemory<byte> _text;

    private JsonLayer(string file, byte[] text) => (_file, _text) = (file, WithoutByteOrderMark(text));

    public IDictionary<string, string?> Values { get; private set; } = new Dictionary<string, string?>();

    /// <summary>The paths of its lists.</summary>
    public IReadOnlySet<string> Lists => _lists;

    /// <summary>The file's name.</summary>
    public string Name => Path.GetFileName(_file);

    /// <summary>Reads a file's text, or says what keeps it from being a configuration and returns null.</summary>
    public static JsonLayer? Read(string file, byte[] text, FaultList faults)
    {
        var layer = new JsonLayer(file, text);
        try
        {
            if (!layer.IsText(faults) || !layer.IsObject(faults) || !layer.MarkLines(faults))
                return null;
            layer.Values = Provider.Read(text);
            return layer;
        }
        catch (JsonException error)
        {
            faults.Add(file, text.Length == 0 ? "is empty." : $"is not JSON: line {error.LineNumber + 1}, position {error.BytePositionInLine + 1}: {WithoutPosition(error.Message)}");
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException)
        {
            // What is JSON may still not be a configuration: half a character, for one.
            faults.Add(file, error.Message);
        }
        return null;
    }

    /// <summary>Whether a text ends too early or is no JSON at all.</summary>
    public static bool IsBroken(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutByteOrderMark(text), Document);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    /// <summary>The place of a key such as <c>appsettings.json:12</c>; null when the key is not in this file.</summary>
    public string? PlaceOf(string path) => _lines.TryGetValue(path, out var line) ? $"{Name}:{line}" : null;

    private static string WithoutPosition(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is var end and >= 0 ? message[..end] : message;

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(byte[] text) =>
        text.AsSpan().StartsWith("\uFEFF"u8) ? text.AsMemory(3) : text;

    // Half a character would silently become another one.
    private bool IsText(FaultList faults)
    {
        if (Utf8.IsValid(_text.Span))
            return true;
        faults.Add(_file, "is not UTF-8 text; save it in that encoding.");
        return false;
    }

    private bool IsObject(FaultList faults)
    {
        using var document = JsonDocument.Parse(_text, Document);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return true;
        faults.Add(_file, "is not a JSON object.");
        return false;
    }

    // .NET merges an object that stands twice, and two ids that differ by case only; which of them was meant, nobody knows.
    private bool MarkLines(FaultList faults)
    {
        var walk = new Walk(_text.Span, _lists);
        var unique = true;
        while (walk.Next() is { } path)
        {
            if (_lines.TryAdd(path, walk.Line))
                continue;
            unique = false;
            faults.Add(path, null, $"stands twice, in line {_lines[path]} too; names that differ by case only are the same.", $"{Name}:{walk.Line}");
        }
        return unique;
    }

    /// <summary>Goes from key to key, as the configuration names them.</summary>
    private ref struct Walk(ReadOnlySpan<byte> text, HashSet<string> lists)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private readonly Stack<(string Path, int Index)> _containers = new();
        private Utf8JsonReader _reader = new(text, Lenient);
        private string _path = "";
        private long _counted;

        public int Line { get; private set; } = 1;

        /// <summary>The next key's path; null at the end.</summary>
        public string? Next()
        {
            while (_reader.Read())
            {
                if (Step() is not { } path)
                    continue;
                Line += _text[(int)_counted..(int)_reader.TokenStartIndex].Count((byte)'\n');
                _counted = _reader.TokenStartIndex;
                return path;
            }
            return null;
        }

        // A property's name begins a key; so does each element of an array, by its index.
        private string? Step()
        {
            if (_reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                _containers.Pop();
                return null;
            }
            if (_reader.TokenType == JsonTokenType.PropertyName)
                return _path = Join(_containers.Peek().Path, _reader.GetString()!);
            var element = _containers.TryPeek(out var container) && container.Index >= 0;
            if (element)
            {
                _containers.Pop();
                _containers.Push((container.Path, container.Index + 1));
                _path = Join(container.Path, container.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
            if (_reader.TokenType == JsonTokenType.StartArray)
                lists.Add(_path);
            if (_reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                _containers.Push((_path, _reader.TokenType == JsonTokenType.StartArray ? 0 : -1));
            return element ? _path : null;
        }

        private static string Join(string path, string key) => path.Length == 0 ? key : ConfigurationPath.Combine(path, key);
    }

    private sealed class Provider() : JsonStreamConfigurationProvider(new JsonStreamConfigurationSource())
    {
        public static IDictionary<string, string?> Read(byte[] text)
        {
            var provider = new Provider();
            provider.Load(new MemoryStream(text));
            return provider.Data;
        }
    }
}
