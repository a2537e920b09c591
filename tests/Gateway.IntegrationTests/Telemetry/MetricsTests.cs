using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>The names and labels of the metrics, after some traffic.</summary>
public sealed class MetricsTests(MetricsTests.Measured measured) : IClassFixture<MetricsTests.Measured>
{
    private const string Cluster = "metered";

    public static TheoryData<MetricRow> Rows => [.. MetricTable.Rows];

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public void Metric_AfterTraffic_HasItsNameTypeAndLabels(MetricRow row)
    {
        var labels = row.Labels.Order(StringComparer.Ordinal);

        Assert.Contains($"# TYPE {row.Name} {row.Type}", measured.Page.Text.Split('\n'));
        if (row.Type != "histogram")
            AssertLabels(row.Name, labels);
        foreach (var ending in row.Type == "histogram" ? ["_bucket", "_sum", "_count"] : Array.Empty<string>())
            AssertLabels(row.Name + ending, ending == "_bucket" ? labels.Append("le").Order(StringComparer.Ordinal) : labels);

        void AssertLabels(string name, IEnumerable<string> expected)
        {
            var samples = measured.Page.Find(name);
            Assert.NotEmpty(samples);
            Assert.All(samples, sample => Assert.Equal(expected, sample.Labels.Keys.Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public void Metrics_OfTheGateway_AreThoseOfTheTableAndTheReadme()
    {
        var told = measured.Page.Text.Split('\n').Where(line => line.StartsWith("# TYPE gateway_", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
        var readme = File.ReadAllText(Path.Combine(Processes.Support.BuildOutput.Repository, "README.md"));

        Assert.Equal(MetricTable.Rows.Select(row => row.Name).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        Assert.All(MetricTable.Rows, row => Assert.Contains($"`{row.Name}`", readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Histograms_OfDurations_HaveAProxysBuckets()
    {
        string[] exchanges = ["0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "30", "60", "+Inf"];
        string[] destinations = ["0.0005", "0.0025", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "10", "60", "+Inf"];

        Assert.Equal(exchanges, BucketsOf("gateway_request_duration_seconds"));
        Assert.Equal(exchanges, BucketsOf("http_server_request_duration_seconds"));
        Assert.Equal(destinations, BucketsOf("gateway_upstream_duration_seconds"));

        IEnumerable<string> BucketsOf(string name) => measured.Page.Find(name + "_bucket").Select(sample => sample.Labels["le"]).Distinct();
    }

    [Fact]
    public void Series_OfOneScrape_StandThereOnceAndTogether()
    {
        var lines = measured.Page.Text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line[..line.LastIndexOf(' ')]).ToList();
        var families = measured.Page.Text.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).ToList();

        Assert.Equal(lines.Distinct().Count(), lines.Count);
        Assert.Equal(families.Distinct().Count(), families.Count);
    }

    [Fact]
    public void Requests_OfEveryKind_AreCountedByRouteClusterDestinationAndCode()
    {
        var page = measured.Page;

        Assert.Equal(3, Requests("metered", Cluster, "d1", "200"));
        Assert.Equal(1, Requests("", "", "", "404"));
        Assert.Equal(1, Requests("limited", "", "", "429"));
        Assert.Equal(1, Requests("retried", "retried", "d2", "200"));
        Assert.Equal(1, Requests("failing", "failing", "d1", "502"));
        Assert.Equal(1, page.Value("gateway_rejections_total", ("gate", "route"), ("scope", "")));
        Assert.Equal(1, page.Value("gateway_rejections_total", ("gate", "rate-limit"), ("scope", "route")));
        Assert.Equal(1, page.Value("gateway_rejections_total", ("gate", "upstream"), ("scope", "")));

        double Requests(string route, string cluster, string destination, string code) =>
            page.Value("gateway_requests_total", ("route", route), ("cluster", cluster), ("destination", destination), ("code", code));
    }

    [Fact]
    public void Durations_OfForwardedRequests_AreInSeconds()
    {
        var page = measured.Page;

        Assert.Equal(3, page.Value("gateway_request_duration_seconds_count", ("route", "metered"), ("cluster", Cluster)));
        // One more than the route: the other route's admitted request went to the same cluster.
        Assert.Equal(4, page.Value("gateway_upstream_duration_seconds_count", ("cluster", Cluster), ("destination", "d1")));
        Assert.InRange(page.Value("gateway_request_duration_seconds_sum", ("route", "metered"), ("cluster", Cluster)), 0.000001, 10);
    }

    [Fact]
    public void Failures_OfBackends_AreCountedByTheErrorOfProxyStatus()
    {
        var page = measured.Page;

        Assert.Equal(1, page.Value("gateway_upstream_errors_total", ("cluster", "failing"), ("destination", "d1"), ("error", "connection_refused")));
        Assert.Equal(1, page.Value("gateway_upstream_errors_total", ("cluster", "retried"), ("destination", "d1"), ("error", "connection_terminated")));
        Assert.Equal(1, page.Value("gateway_retries_total", ("cluster", "retried"), ("outcome", "success")));
    }

    [Fact]
    public void Gauges_OfTheState_TellIt()
    {
        var page = measured.Page;

        Assert.Equal(0, page.Value("gateway_requests_in_flight"));
        Assert.Equal(32, page.Value("gateway_pool_permits", ("cluster", Cluster), ("destination", "d1")));
        Assert.Equal(0, page.Value("gateway_pool_permits_in_use", ("cluster", Cluster), ("destination", "d1")));
        Assert.Equal(1, page.Value("gateway_destination_healthy", ("cluster", Cluster), ("destination", "d1")));
        Assert.Equal(0, page.Value("gateway_circuit_state", ("cluster", Cluster), ("destination", "d1")));
        Assert.Equal(2, page.Value("gateway_circuit_state", ("cluster", "failing"), ("destination", "d1")));
        Assert.InRange(page.Value("gateway_rate_limit_tokens", ("scope", "global"), ("route", "")), 900, 1000);
        Assert.InRange(page.Value("gateway_rate_limit_tokens", ("scope", "route"), ("route", "limited")), 0, 0.1);
        Assert.Equal(1, page.Value("gateway_rate_limit_clients"));
        Assert.Equal(1, page.Value("gateway_config_version"));
        Assert.Equal(1, page.Value("gateway_config_last_reload_successful"));
        Assert.Equal(0, page.Value("gateway_draining"));
    }

    [Theory]
    [InlineData("kestrel_active_connections")]
    [InlineData("dotnet_gc_collections_total")]
    [InlineData("http_server_request_duration_seconds_count")]
    [InlineData("http_client_open_connections")]
    public void Metrics_OfTheRuntimeAndKestrel_StandBeside(string name) =>
        Assert.Contains(measured.Page.Samples, sample => sample.Name.StartsWith(name, StringComparison.Ordinal));

    /// <summary>A scrape costs by its lines, and with a thousand destinations nearly all of them are a destination's: these, and one for each route and status.</summary>
    [Fact]
    public void Lines_OfADestination_AreFew() => Assert.Equal(20, measured.Page.Samples.Count(sample => sample.Name != "gateway_requests_total"
        && sample.Labels.GetValueOrDefault("cluster") == Cluster && sample.Labels.GetValueOrDefault("destination") == "d1"));

    [Fact]
    public void Labels_OfTheHttpClient_HoldNoBackend() => Assert.All(
        measured.Page.Samples.Where(sample => sample.Name.StartsWith("http_client_", StringComparison.Ordinal)),
        sample => Assert.All(sample.Labels, label => Assert.DoesNotMatch("^(server|network_peer)_", label.Key)));

    [Fact]
    public void Labels_OfOurMetrics_HoldNoPathAndNoAddress()
    {
        Assert.All(measured.Page.Samples.Where(sample => sample.Name.StartsWith("gateway_", StringComparison.Ordinal)), sample =>
            Assert.All(sample.Labels.Values, value => Assert.DoesNotMatch("/|127\\.0\\.0\\.1", value)));
    }

    /// <summary>A gateway that saw one request of each kind.</summary>
    public sealed class Measured : IAsyncLifetime
    {
        private readonly ScriptedBackend _serving = ScriptedBackend.Start(Scripts.Serve());
        private readonly ScriptedBackend _closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        private readonly RefusingPort _refusing = new();
        private GatewayFactory _gateway = null!;

        internal MetricsPage Page { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _gateway = await GatewayFactory.StartAsync(new GatewayConfig()
                .Route("metered", "/metered/{**rest}", Cluster).Destinations(Cluster, _serving.Address)
                .Route("limited", "/limited", Cluster).Limit("ReverseProxy:Routes:limited:RateLimit", 1)
                .Route("retried", "/retried", "retried").Destinations("retried", _closing.Address, _serving.Address)
                .Set("ReverseProxy:Clusters:retried:LoadBalancingPolicy", "FirstAlphabetical")
                .Set("ReverseProxy:Clusters:retried:HealthCheck:Tcp:Enabled", true)
                .Route("failing", "/failing", "failing").Destinations("failing", _refusing.Address)
                .Set("ReverseProxy:Clusters:failing:CircuitBreaker:FailureThreshold", 1)
                .Limit("Gateway:RateLimit:Global", 1000).Limit("Gateway:RateLimit:PerClient", 1000));
            await Eventually.TrueAsync(async () => (await _gateway.Client.GetAsync(new Uri(_gateway.Management, "/health/ready"))).IsSuccessStatusCode, "the first probes");
            foreach (var path in (string[])["/metered/1", "/metered/2", "/metered/3?secret", "/nowhere", "/limited", "/limited", "/retried", "/failing"])
                (await _gateway.GetAsync(path)).Dispose();
            await Eventually.TrueAsync(async () =>
            {
                Page = await _gateway.ScrapeAsync();
                return Page.Value("gateway_requests_in_flight") == 0;
            }, "all requests are over");
        }

        public async ValueTask DisposeAsync()
        {
            await _gateway.DisposeAsync();
            await _serving.DisposeAsync();
            await _closing.DisposeAsync();
            _refusing.Dispose();
        }
    }
}
