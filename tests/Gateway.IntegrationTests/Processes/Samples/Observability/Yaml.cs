using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>Reads the part of YAML that the sample is written in, every scalar as text. Anything else is an error, so that nothing is misread.</summary>
internal sealed partial class Yaml
{
    private readonly List<string> _lines;
    private int _at;

    private Yaml(string text) => _lines = [.. text.Split('\n').Select(line => line.TrimEnd())];

    /// <exception cref="FormatException">It is not YAML, or more of YAML than is known here.</exception>
    public static JsonNode Parse(string text)
    {
        var reader = new Yaml(text);
        var root = reader.ReadNode(0);
        return reader.More ? throw reader.Unexpected() : root;
    }

    // Stands on the next line that says something.
    private bool More
    {
        get
        {
            while (_at < _lines.Count && _lines[_at].TrimStart() is "" or ['#', ..])
                _at++;
            return _at < _lines.Count;
        }
    }

    private int Indent => _lines[_at].Length - _lines[_at].TrimStart().Length;

    private bool IsItem => _lines[_at].TrimStart() is "-" or ['-', ' ', ..];

    private JsonNode ReadNode(int least) => !More || Indent < least ? throw Unexpected() : IsItem ? ReadSequence(Indent) : ReadMapping(Indent);

    private JsonArray ReadSequence(int indent)
    {
        var items = new JsonArray();
        for (; More && Indent == indent && IsItem;)
        {
            var rest = _lines[_at][(indent + 1)..].TrimStart();
            // What stands behind the dash is a node of its own, further to the right.
            _lines[_at] = new string(' ', _lines[_at].Length - rest.Length) + rest;
            items.Add(KeyAndValue().IsMatch(rest) && rest[0] is not ('{' or '[') ? ReadMapping(Indent) : Flow.Parse(_lines[_at++]));
        }
        return More && Indent > indent ? throw Unexpected() : items;
    }

    private JsonObject ReadMapping(int indent)
    {
        var pairs = new JsonObject();
        for (; More && Indent == indent && !IsItem;)
        {
            var match = KeyAndValue().Match(_lines[_at].TrimStart());
            if (!match.Success)
                throw Unexpected();
            _at++;
            pairs.Add(match.Groups["key"].Value.Trim('"', '\''), ReadValue(match.Groups["value"].Value, indent));
        }
        return More && Indent > indent ? throw Unexpected() : pairs;
    }

    private JsonNode ReadValue(string value, int indent) => value switch
    {
        "" => ReadNode(indent + 1),
        "|" or "|-" => string.Join('\n', ReadBlock(indent)),
        ">" or ">-" => string.Join(' ', ReadBlock(indent)),
        _ => Flow.Parse(value),
    };

    private List<string> ReadBlock(int indent)
    {
        List<string> block = [];
        for (; _at < _lines.Count && (_lines[_at].Length == 0 || Indent > indent); _at++)
            block.Add(_lines[_at].Trim());
        return block;
    }

    private FormatException Unexpected() => new($"Line {_at + 1} is not understood: {(_at < _lines.Count ? _lines[_at] : "the end")}");

    [GeneratedRegex("""^(?<key>"[^"]*"|'[^']*'|[\w$./-]+):(?:\s+(?<value>.*))?$""")]
    private static partial Regex KeyAndValue();

    /// <summary>A value that stands in one line.</summary>
    private sealed partial class Flow(string text)
    {
        private int _at;

        public static JsonNode Parse(string text)
        {
            var trimmed = text.Trim();
            if (trimmed is not (['{', ..] or ['[', ..] or ['"', ..] or ['\'', ..]))
                return Comment().Replace(trimmed, "");
            var flow = new Flow(trimmed);
            var value = flow.Read();
            return Comment().Replace(trimmed[flow._at..], "").Length > 0 ? throw new FormatException($"Not understood: {trimmed}") : value;
        }

        private JsonNode Read() => text[_at] switch
        {
            '{' => ReadObject(),
            '[' => new JsonArray([.. ReadItems(']', Read)]),
            var quote and ('"' or '\'') => ReadQuoted(quote),
            _ => ReadPlain(),
        };

        private JsonObject ReadObject() => new(ReadItems('}', () =>
        {
            var key = ReadPlain();
            _at++;
            SkipSpace();
            return KeyValuePair.Create(key, (JsonNode?)Read());
        }));

        private List<T> ReadItems<T>(char end, Func<T> read)
        {
            List<T> items = [];
            if (text[_at + 1] == end)
            {
                _at += 2;
                return items;
            }
            do
            {
                _at++;
                SkipSpace();
                items.Add(read());
                SkipSpace();
            }
            while (text[_at] == ',');
            return text[_at++] == end ? items : throw new FormatException($"'{end}' is missing: {text}");
        }

        private string ReadQuoted(char quote)
        {
            var end = text.IndexOf(quote, _at + 1);
            var value = end < 0 || text[_at..end].Contains('\\') ? throw new FormatException($"Not understood: {text}") : text[(_at + 1)..end];
            _at = end + 1;
            return value;
        }

        private string ReadPlain()
        {
            var start = _at;
            while (_at < text.Length && text[_at] is not (',' or ']' or '}') && !(text[_at] == ':' && text[_at + 1] == ' '))
                _at++;
            return text[start.._at].Trim();
        }

        private void SkipSpace()
        {
            while (text[_at] == ' ')
                _at++;
        }

        [GeneratedRegex(@"(^|\s+)#.*$")]
        private static partial Regex Comment();
    }
}
