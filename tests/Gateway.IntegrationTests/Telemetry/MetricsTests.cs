using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>The names and labels of the metrics, after some traffic.</summary>
public sealed class MetricsTests(MetricsTests.Measured measured) : IClassFixture<MetricsTests.Measured>
{
    // Histograms of gateways in other tests show here as well; ids of its own keep this one's apart.
    private const string Cluster = "metered";

    [Theory]
    [InlineData("gateway_requests_total", "route", "cluster", "destination", "code")]
    [InlineData("gateway_request_duration_seconds_count", "route", "cluster")]
    [InlineData("gateway_upstream_duration_seconds_count", "cluster", "destination")]
    [InlineData("gateway_upstream_errors_total", "cluster", "destination", "error")]
    [InlineData("gateway_retries_total", "cluster", "outcome")]
    [InlineData("gateway_rejections_total", "gate", "scope")]
    [InlineData("gateway_requests_in_flight")]
    [InlineData("gateway_pool_permits", "cluster", "destination")]
    [InlineData("gateway_pool_permits_in_use", "cluster", "destination")]
    [InlineData("gateway_destination_healthy", "cluster", "destination")]
    [InlineData("gateway_health_contradictions_total", "cluster", "destination", "kind")]
    [InlineData("gateway_circuit_state", "cluster", "destination")]
    [InlineData("gateway_rate_limit_tokens", "scope", "route")]
    [InlineData("gateway_rate_limit_clients")]
    [InlineData("gateway_config_version")]
    [InlineData("gateway_config_last_reload_successful")]
    [InlineData("gateway_draining")]
    [InlineData("gateway_access_log_dropped_total")]
    public void Metric_AfterTraffic_HasItsNameAndLabels(string name, params string[] labels)
    {
        var samples = measured.Page.Find(name);

        Assert.NotEmpty(samples);
        Assert.All(samples, sample => Assert.Equal(labels.Order(), sample.Labels.Keys.Order()));
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
    public void Metrics_OfTheRuntimeAndKestrel_StandBeside(string name) =>
        Assert.Contains(measured.Page.Samples, sample => sample.Name.StartsWith(name, StringComparison.Ordinal));

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
                .Route("failing", "/failing", "failing").Destinations("failing", _refusing.Address)
                .Set("ReverseProxy:Clusters:failing:CircuitBreaker:FailureThreshold", 1)
                .Limit("Gateway:RateLimit:Global", 1000).Limit("Gateway:RateLimit:PerClient", 1000));
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
