using System.Globalization;
using System.Text.RegularExpressions;

namespace Gateway.IntegrationTests.Support;

/// <summary>A sample of the Prometheus text format.</summary>
internal sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

/// <summary>The samples of one scrape.</summary>
internal sealed partial class MetricsPage
{
    public required IReadOnlyList<Sample> Samples { get; init; }

    public required string Text { get; init; }

    public static MetricsPage Parse(string text) => new()
    {
        Text = text,
        Samples = [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(ParseLine)],
    };

    /// <summary>The value of the one sample with this name and these labels.</summary>
    public double Value(string name, params IReadOnlyList<(string Name, string Value)> labels)
    {
        var found = Find(name, labels);
        return found.Count == 1 ? found[0].Value
            : throw new InvalidOperationException($"{found.Count} samples of {name} with {string.Join(',', labels)}:\n"
                + string.Join('\n', Text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal))));
    }

    public IReadOnlyList<Sample> Find(string name, params IReadOnlyList<(string Name, string Value)> labels) =>
        [.. Samples.Where(sample => sample.Name == name && labels.All(label => sample.Labels.GetValueOrDefault(label.Name) == label.Value))];

    private static Sample ParseLine(string line)
    {
        var match = SampleLine().Match(line);
        Assert.True(match.Success, $"Not a sample: {line}");
        var labels = LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        return new Sample(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)( -?\d+)?$""")]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)",?""")]
    private static partial Regex LabelPair();
}
