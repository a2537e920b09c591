using Gateway.IntegrationTests.Support;
using Gateway.IntegrationTests.Support.Otlp;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>What goes to a collector, by which of OpenTelemetry's variables, and what a collector that fails changes.</summary>
public class OtlpExportTests
{
    private readonly string _trace = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Metrics_ArriveAndStayOnTheirPageAsWell()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(TracingTests.Exporting(GatewayConfig.To(backend.Address), collector)
            .Set("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"));

        await gateway.GetTextAsync("/x");

        await Eventually.TrueAsync(() => collector.Metrics.Contains("gateway_requests"), "the requests as a metric");
        Assert.Equal(["gateway_config_version", "gateway_request_duration", "gateway_upstream_duration"],
            collector.Metrics.Intersect(["gateway_request_duration", "gateway_upstream_duration", "gateway_config_version"]).Order());
        Assert.All(collector.Resources, resource => Assert.Equal(("gateway", "test"), (resource["service.name"], resource["deployment.environment.name"])));
        Assert.Equal(1, (await gateway.ScrapeAsync()).Value("gateway_requests_total"));
    }

    [Fact]
    public async Task Signals_WithVariablesOfTheirOwn_FollowThose()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var others = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(TracingTests.Exporting(GatewayConfig.To(backend.Address), others)
            .Set("OTEL_EXPORTER_OTLP_HEADERS", "api-key=all")
            .Set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", new Uri(collector.Http, "/own/traces").ToString())
            .Set("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "api-key=own%20key,tenant=7")
            .Set("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none")
            .Set("OTEL_METRICS_EXPORTER", "none")
            .Set("OTEL_LOGS_EXPORTER", "none"));

        await AskAsync(gateway);

        await collector.TraceAsync(_trace, 2);
        Assert.All(collector.Requests, request => Assert.Equal(("/own/traces", "own key", "7"), (request.Path, request.Headers["api-key"], request.Headers["tenant"])));
        Assert.Empty(others.Requests);
    }

    [Fact]
    public async Task Collector_ThatRefuses_IsToldOnceAndOnceWhenItNoLongerDoes()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        collector.Status = 503;
        await using var gateway = await GatewayFactory.StartAsync(TracingTests.Exporting(GatewayConfig.To(backend.Address), collector).Set("OTEL_TRACES_EXPORTER", "none"));
        await Eventually.TrueAsync(() => collector.Requests.Count >= 5, "refusals of several batches");

        Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        collector.Status = 200;

        await gateway.Logs.WaitForAsync("takes telemetry again");
        Assert.Equal(
            [$"Warning The OTLP collector at {collector.Http}v1/metrics refuses telemetry: status 503; what it refuses is dropped, and this is not told again",
             $"Information The OTLP collector at {collector.Http}v1/metrics takes telemetry again"],
            gateway.Logs.All.Where(line => line.Contains("OTLP", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Collector_ThatIsDead_ChangesNothingForRequestsAndIsToldOnceForAllSignals()
    {
        using var dead = new RefusingPort();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(TracingTests.Exporting(GatewayConfig.To(backend.Address), collector)
            .Set("OTEL_EXPORTER_OTLP_ENDPOINT", dead.Address.ToString()).Set("OTEL_METRIC_EXPORT_INTERVAL", "20").Set("OTEL_BSP_SCHEDULE_DELAY", "20"));
        await gateway.Logs.WaitForAsync("cannot be reached");

        for (var i = 0; i < 100; i++)
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));
        await gateway.DisposeAsync();

        Assert.Single(gateway.Logs.All, line => line.Contains("OTLP", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Variables_InTheFile_AreOfTheStart()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var config = TracingTests.Exporting(GatewayConfig.To(), collector).Set("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cr3t");
        await using var gateway = await GatewayFactory.StartAsync(config);

        gateway.Save(config.Set("OTEL_EXPORTER_OTLP_HEADERS", "api-key=0th3r").ToString());

        await gateway.Logs.WaitForAsync("OTEL_EXPORTER_OTLP_HEADERS: needs a restart");
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("s3cr3t", StringComparison.Ordinal) || line.Contains("0th3r", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoCollector_NothingListens()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To().Set("OTEL_TRACES_SAMPLER", "nonsense").Set("OTEL_EXPORTER_OTLP_ENDPOINT", ""));

        Assert.Null(gateway.Services.GetService(typeof(OpenTelemetry.Trace.TracerProvider)));
        Assert.Null(gateway.Services.GetService(typeof(OpenTelemetry.Logs.LoggerProvider)));
    }

    private Task<RawMessage> AskAsync(GatewayFactory gateway) =>
        RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{_trace}-b7ad6b7169203331-01\r\n\r\n");
}
