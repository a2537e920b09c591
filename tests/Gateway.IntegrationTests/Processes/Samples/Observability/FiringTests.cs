using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Samples.Observability;

/// <summary>The sample's own files, as Prometheus reads them, in front of a gateway whose backend dies.</summary>
public sealed class FiringTests
{
    [Fact]
    public async Task Backend_ThatDies_FiresTheAlertsOfItsDestinationAndItsCluster()
    {
        await using var house = await GatewayWithBackend.StartAsync();
        Assert.Equal(System.Net.HttpStatusCode.OK, await house.Gateway.StatusAsync(house.Gateway.Traffic, "/"));
        await using var prometheus = await PrometheusProcess.StartAsync(house.Gateway.Management);
        await Wait.UntilAsync(async () => (await prometheus.QueryAsync("""gateway_destination_healthy{job="gateway"} == 1""")).Count == 1, "a scrape of the gateway");
        await AssertRulesAreSoundAsync(prometheus);
        Assert.DoesNotContain(await prometheus.FiringAsync(), alert => Name(alert) is "GatewayDown" or "GatewayNotReady" or "GatewayDestinationDown" or "GatewayClusterDown");

        await house.Backend.DisposeAsync();

        await Wait.UntilAsync(async () => (await prometheus.FiringAsync()).Count(alert => Name(alert) is "GatewayDestinationDown" or "GatewayClusterDown") == 2, "the alerts");
        var alerts = await prometheus.FiringAsync();
        var down = Assert.Single(alerts, alert => Name(alert) == "GatewayDestinationDown");
        Assert.Equal("Destination one of cluster api is down", (string?)down["annotations"]!["summary"]);
        Assert.All(alerts, alert => Assert.DoesNotMatch("<no value>|error", alert["annotations"]!["summary"] + " " + alert["annotations"]!["description"]));
    }

    [Fact]
    public async Task Queries_OfTheDashboard_AreAnsweredByPrometheus()
    {
        await using var house = await GatewayWithBackend.StartAsync();
        await using var prometheus = await PrometheusProcess.StartAsync(house.Gateway.Management);
        await house.Gateway.StatusAsync(house.Gateway.Traffic, "/");
        await Wait.UntilAsync(async () => (await prometheus.QueryAsync("""gateway_requests_total{job="gateway"}""")).Count == 1, "a scrape of the gateway");

        foreach (var query in ObservabilitySample.Queries)
            await prometheus.QueryAsync(Regex.Replace(query.Expression.Replace("$__rate_interval", "1m", StringComparison.Ordinal), @"\$\w+", ".*"));

        // What has a value from the start on.
        Assert.All((string[])["Gateways up", "Ready", "In flight", "Healthy", "Circuits", "Configuration in force", "Last save taken up", "Memory", "Permits"], panel =>
            Assert.Contains(ObservabilitySample.Queries, query => query.Panel == panel && prometheus.Answered.Any(answer => answer.Count > 0
                && answer.Query == Regex.Replace(query.Expression, @"\$\w+", ".*"))));
    }

    private static async Task AssertRulesAreSoundAsync(PrometheusProcess prometheus)
    {
        var rules = await prometheus.RulesAsync();
        await Wait.UntilAsync(async () => (rules = await prometheus.RulesAsync()).All(rule => (string?)rule["health"] != "unknown"), "every rule was evaluated");

        Assert.Equal(ObservabilitySample.Alerts.Count + ObservabilitySample.Recordings.Count, rules.Count);
        Assert.All(rules, rule => Assert.True((string?)rule["health"] == "ok", rule.ToJsonString()));
        // What this reader of YAML made of the files is what Prometheus made of them.
        Assert.Equal(ObservabilitySample.Alerts.Concat(ObservabilitySample.Recordings).Select(rule => rule.Name).Order(), rules.Select(rule => (string)rule["name"]!).Order());
    }

    private static string Name(JsonNode alert) => (string)alert["labels"]!["alertname"]!;
}
