using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>Prometheus takes the rules, and alerts fire when they should and not when they should not.</summary>
public sealed partial class RuleTests
{
    public static TheoryData<string> Alerts => [.. ObservabilitySample.Alerts.Select(alert => alert.Name)];

    [Fact]
    public Task Configuration_WithItsRules_IsValid() => PrometheusTools.AssertPromtoolAsync("check", "config", ObservabilitySample.PathOf("prometheus.yml"));

    [Theory]
    [InlineData("alerts.yml")]
    [InlineData("recording.yml")]
    public Task Rules_OfAFile_AreValid(string file) => PrometheusTools.AssertPromtoolAsync("check", "rules", ObservabilitySample.PathOf(file));

    [Fact]
    public Task Rules_UnderTheirTests_FireWhenTheyShould() => PrometheusTools.AssertPromtoolAsync("test", "rules", ObservabilitySample.PathOf("rules.test.yml"));

    [Fact]
    public async Task Queries_OfTheDashboard_AreValid()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("dashboard.yml", PrometheusTools.AsRules(ObservabilitySample.Queries.Select(query => query.Expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal))));

        await PrometheusTools.AssertPromtoolAsync("check", "rules", file);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_InTheRulesTests_FiresOnceAtLeastAndOnceDoesNot(string alert)
    {
        var cases = ObservabilitySample.ReadYaml("rules.test.yml")["tests"]!.AsArray()
            .SelectMany(test => test!["promql_expr_test"]!.AsArray())
            .Where(test => Asked().Match((string)test!["expr"]!) is { Success: true } asked && asked.Groups["alert"].Value == alert)
            .Select(test => test!["exp_samples"]!.AsArray().Count).ToList();

        Assert.Contains(cases, samples => samples > 0);
        Assert.Contains(0, cases);
    }

    [Theory]
    [MemberData(nameof(Alerts))]
    public void Alert_ThatFires_SaysWhatItMeansWhereToLookAndWhatToDo(string name)
    {
        var alert = ObservabilitySample.Alerts.Single(alert => alert.Name == name).Definition;

        Assert.Contains((string?)alert["labels"]!["severity"], (string[])["warning", "critical"]);
        Assert.All((string[])["summary", "description", "runbook"], annotation => Assert.False(string.IsNullOrWhiteSpace((string?)alert["annotations"]![annotation])));
        var runbook = (string)alert["annotations"]!["runbook"]!;
        Assert.Contains("Look first at ", runbook, StringComparison.Ordinal);
        Assert.True(Sentence().Count(runbook) >= 3, runbook);
    }

    [GeneratedRegex("""^ALERTS\{alertname="(?<alert>\w+)", alertstate="firing"[^}]*\}$""")]
    private static partial Regex Asked();

    [GeneratedRegex(@"\.(\s|$)")]
    private static partial Regex Sentence();
}
