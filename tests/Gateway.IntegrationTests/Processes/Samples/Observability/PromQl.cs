using System.Text.RegularExpressions;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>A metric that an expression asks for, and by which labels.</summary>
internal sealed record Selector(string Metric, IReadOnlyList<(string Label, string Operator, string Value)> Matchers);

/// <summary>The names in a PromQL expression. Whether it is valid is Prometheus' own to say.</summary>
internal sealed partial class PromQl
{
    private static readonly string[] Groupings = ["by", "without", "on", "ignoring", "group_left", "group_right"];
    private static readonly string[] Words = ["and", "or", "unless", "bool", "offset", "inf", "nan", "atan2", .. Groupings];
    private readonly List<string> _tokens;
    private readonly List<Selector> _selectors = [];
    private readonly HashSet<string> _by = [];
    private readonly HashSet<string> _grouping = [];

    private PromQl(string expression) => _tokens = [.. Token().Matches(expression).Select(match => match.Value)
        .Where(token => !string.IsNullOrWhiteSpace(token) && token[0] is not ('#' or '['))];

    public IReadOnlyList<Selector> Selectors => _selectors;

    /// <summary>The labels by which results are grouped or matched.</summary>
    public IReadOnlySet<string> Grouping => _grouping;

    /// <summary>The labels that aggregations leave; empty where nothing is aggregated.</summary>
    public IReadOnlySet<string> By => _by;

    public static PromQl Parse(string expression)
    {
        var promQl = new PromQl(expression);
        for (var at = 0; at < promQl._tokens.Count; at++)
            at = promQl.Read(at);
        return promQl;
    }

    private int Read(int at)
    {
        var (token, next) = (_tokens[at], Next(at));
        if (Groupings.Contains(token) && next == "(")
            return ReadLabels(at);
        // Functions, and aggregations that say their labels first.
        if (!IsName(token) || Words.Contains(token.ToLowerInvariant()) || next is "(" or "by" or "without")
            return at;
        return next == "{" ? ReadMatchers(at) : Found(at, new Selector(token, []));
    }

    private int ReadLabels(int at)
    {
        var end = _tokens.IndexOf(")", at);
        var labels = _tokens[(at + 2)..end].Where(IsName).ToList();
        _grouping.UnionWith(labels);
        if (_tokens[at] == "by")
            _by.UnionWith(labels);
        return end;
    }

    private int ReadMatchers(int at)
    {
        var end = _tokens.IndexOf("}", at);
        List<(string, string, string)> matchers = [];
        for (var i = at + 2; i < end; i += 4)
            matchers.Add((_tokens[i], _tokens[i + 1], _tokens[i + 2][1..^1]));
        return Found(end, new Selector(_tokens[at], matchers));
    }

    private int Found(int end, Selector selector)
    {
        _selectors.Add(selector);
        return end;
    }

    private string Next(int at) => at + 1 < _tokens.Count ? _tokens[at + 1] : "";

    private static bool IsName(string token) => char.IsLetter(token[0]) || token[0] is '_' or ':';

    // Texts, comments, ranges, names, numbers and durations, operators; in this order.
    [GeneratedRegex("""
        "(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\#[^\n]*|\[[^\]]*\]|[a-zA-Z_:][\w:]*|\d[\w.]*|=~|!~|!=|==|[^\s]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Token();
}
