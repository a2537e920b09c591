namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>What the other tests read the sample's files with overlooks nothing.</summary>
public sealed class ReaderTests
{
    [Theory]
    [InlineData("""sum by (job, route) (rate(a_total{code=~"5..", x!="b{c}"}[5m])) / on (job) b > 0.5""", "a_total{code=~5.., x!=b{c}} b", "job route")]
    [InlineData("a and b * 3 unless c offset 1h # d", "a b c", "")]
    [InlineData("histogram_quantile(0.99, sum without(le, job) (rate(a_bucket[$__rate_interval]))) - time()", "a_bucket", "le job")]
    [InlineData("max(job:a:rate5m)\nor\nb > bool 1e3", "job:a:rate5m b", "")]
    public void Names_OfAnExpression_AreMetricsAndLabels(string expression, string selectors, string grouping)
    {
        var read = PromQl.Parse(expression);

        Assert.Equal(selectors, string.Join(' ', read.Selectors.Select(Text)));
        Assert.Equal(grouping, string.Join(' ', read.Grouping));
    }

    [Fact]
    public void Yaml_OfTheKindThatTheSampleHas_IsRead() => Assert.Equal(
        """{"a":"1","list":[{"x":"one two","y":"l1\nl2"},"./p:/q:ro",{"z":"#3"}],"flow":{"k":["v:1","*"],"none":[]},"last":"end"}""",
        Yaml.Parse("""
            # A comment.
            a: 1 # another
            list:
              - x: >-
                  one
                  two
                y: |
                  l1
                  l2
              - ./p:/q:ro

              - z: "#3"
            flow: { k: [v:1, "*"], none: [] }
            last: end
            """).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    [Theory]
    [InlineData("a: 1\n  b: 2")]
    [InlineData("a:\n  - b\n    c: 1")]
    [InlineData("a: [1, 2")]
    [InlineData("a")]
    [InlineData("a:\n")]
    public void Yaml_ThatIsBroken_IsNoYaml(string text) => Assert.ThrowsAny<Exception>(() => Yaml.Parse(text));

    private static string Text(Selector selector) => selector.Matchers.Count == 0 ? selector.Metric
        : $"{selector.Metric}{{{string.Join(", ", selector.Matchers.Select(matcher => $"{matcher.Label}{matcher.Operator}{matcher.Value}"))}}}";
}
