using System.Text.RegularExpressions;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>Whatever rules and dashboard ask for is there: in the scrape of a gateway that saw all kinds of traffic, or calculated by a rule of ours.</summary>
public sealed partial class NameTests(TroubledGateway gateway) : IClassFixture<TroubledGateway>
{
    // Prometheus' own: what it adds to each series, and series that it makes itself.
    private static readonly string[] OfTheTarget = ["job", "instance"];
    private static readonly Dictionary<string, string[]> OfPrometheus = new() { ["up"] = [], ["ALERTS"] = ["alertname", "alertstate", "severity"] };

    public static TheoryData<string, string> Rules =>
        [.. ObservabilitySample.Alerts.Concat(ObservabilitySample.Recordings).Select(rule => (rule.Name, rule.Expression))];

    public static TheoryData<string, string> Queries => [.. ObservabilitySample.Queries.Select(query => (query.Panel, query.Expression)).Distinct()];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Names_OfARule_Exist(string rule, string expression) => AssertExist(rule, expression);

    [Theory]
    [MemberData(nameof(Queries))]
    public void Names_OfTheDashboard_Exist(string panel, string expression) => AssertExist(panel, expression);

    [Fact]
    public void Annotations_OfAlerts_NameLabelsThatTheAlertHas() => Assert.All(ObservabilitySample.Alerts, alert =>
        Assert.All(alert.Definition["annotations"]!.AsObject().SelectMany(annotation => InAnnotation().Matches((string)annotation.Value!)), named =>
            Assert.Contains(named.Groups[1].Value, ResultLabels(alert.Expression))));

    [Fact]
    public void Legends_OfTheDashboard_NameLabelsThatTheQueryHas() => Assert.All(ObservabilitySample.Queries, query =>
        Assert.All(InLegend().Matches(query.Legend), named => Assert.Contains(named.Groups[1].Value, ResultLabels(query.Expression))));

    [Fact]
    public void Variables_OfTheDashboard_NameMetricsAndLabels() => Assert.All(
        ObservabilitySample.Dashboard["templating"]!["list"]!.AsArray().Where(variable => (string?)variable!["type"] == "query"), variable =>
        {
            var query = LabelValues().Match((string)variable!["query"]!["query"]!);
            AssertExist((string)variable["name"]!, query.Groups["metric"].Value);
            Assert.Contains(query.Groups["label"].Value, ResultLabels(query.Groups["metric"].Value));
        });

    private void AssertExist(string where, string expression)
    {
        var read = PromQl.Parse(expression);
        Assert.True(read.Selectors.Count > 0, $"{where} asks for no metric.");
        foreach (var selector in read.Selectors)
        {
            var labels = LabelsOf(selector.Metric);
            Assert.True(labels is not null, $"{where}: there is no metric {selector.Metric}.");
            Assert.All(selector.Matchers, matcher => Assert.Contains(matcher.Label, labels!));
            Assert.True(HasValues(selector), $"{where}: no sample of {selector.Metric} has the values of {string.Join(", ", selector.Matchers)}.");
        }
        Assert.All(read.Grouping, label => Assert.Contains(label, read.Selectors.SelectMany(selector => LabelsOf(selector.Metric)!)));
    }

    // What is left of labels by the aggregations, or where there are none, all of them.
    private IEnumerable<string> ResultLabels(string expression)
    {
        var read = PromQl.Parse(expression);
        return read.By.Count > 0 ? read.By : read.Selectors.SelectMany(selector => LabelsOf(selector.Metric)!);
    }

    private string[]? LabelsOf(string metric)
    {
        if (OfPrometheus.TryGetValue(metric, out var labels))
            return [.. labels, .. OfTheTarget];
        if (ObservabilitySample.Recordings.FirstOrDefault(rule => rule.Name == metric) is { } recording)
            return [.. ResultLabels(recording.Expression).Except(["le"])];
        var samples = gateway.Page.Find(metric);
        return samples.Count == 0 ? null : [.. samples.SelectMany(sample => sample.Labels.Keys).Distinct(), .. OfTheTarget];
    }

    // A value that a matcher names must have been seen, lest it is misspelt; the dashboard's variables may have any.
    private bool HasValues(Selector selector)
    {
        var named = selector.Matchers.Where(matcher => !OfTheTarget.Contains(matcher.Label) && !matcher.Value.Contains('$', StringComparison.Ordinal)).ToList();
        return named.Count == 0 || gateway.Page.Find(selector.Metric) is not { Count: > 0 } samples
            || samples.Any(sample => named.TrueForAll(matcher => Matches(matcher, sample.Labels.GetValueOrDefault(matcher.Label, ""))));
    }

    private static bool Matches((string Label, string Operator, string Value) matcher, string value) => matcher.Operator switch
    {
        "=" => value == matcher.Value,
        "!=" => value != matcher.Value,
        "=~" => Regex.IsMatch(value, $"^(?:{matcher.Value})$"),
        _ => !Regex.IsMatch(value, $"^(?:{matcher.Value})$"),
    };

    [GeneratedRegex(@"\$labels\.(\w+)")]
    private static partial Regex InAnnotation();

    [GeneratedRegex(@"\{\{(\w+)\}\}")]
    private static partial Regex InLegend();

    [GeneratedRegex(@"^label_values\((?<metric>.+), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();
}
