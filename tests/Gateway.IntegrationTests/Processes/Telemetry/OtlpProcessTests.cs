using System.Net;
using Backend;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;
using Gateway.IntegrationTests.Support.Otlp;
using GatewayConfig = Gateway.IntegrationTests.Processes.Support.GatewayConfig;

namespace Gateway.IntegrationTests.Processes.Telemetry;

/// <summary>OTLP as a user sets it up: by environment variables of a process that ends.</summary>
public sealed class OtlpProcessTests
{
    private const string Secret = "s3cr3t";

    [Fact]
    public async Task Logs_ArriveToTheLastLineAndNoHeaderIsTold()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var backend = await StartBackendAsync();
        await using var gateway = await StartAsync(backend, Of(collector, ("OTEL_SERVICE_NAME", "edge"), ("OTEL_EXPORTER_OTLP_HEADERS", $"api-key={Secret}")));
        await gateway.GetTextAsync(gateway.Traffic, "/x");

        Assert.Equal(0, await gateway.StopPromptlyAsync());

        Assert.Contains(collector.Lines, line => line.Text.StartsWith("Now listening on: ", StringComparison.Ordinal) && line.Severity == "Information");
        Assert.Equal("Gateway stopped", collector.Lines[^1].Text);
        // The last span and the last count come with the end, too, however long the intervals are.
        Assert.Equal(2, collector.Spans.Count);
        Assert.Contains("gateway_requests", collector.Metrics);
        Assert.All(collector.Resources, resource => Assert.Equal("edge", resource["service.name"]));
        Assert.All(collector.Requests, request => Assert.Equal(Secret, request.Headers["api-key"]));
        Assert.DoesNotContain(Secret, gateway.Output.Text + gateway.Process.Error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LogLine_OfARequest_NamesItsTrace()
    {
        using var refusing = new RefusingPort();
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await StartAsync(refusing.Address.Port, Of(collector), "--Gateway:ClusterDefaults:HealthCheck:Tcp:Enabled=false");
        await gateway.GetTextAsync(gateway.Traffic, "/x");

        await gateway.StopPromptlyAsync();

        var told = collector.Lines.First(line => line.Text.Contains("connection_refused", StringComparison.Ordinal));
        Assert.Equal(collector.Spans[0].TraceId, told.TraceId);
    }

    [Fact]
    public async Task Sampler_ThatTakesNothing_LeavesMetricsAndLogs()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var backend = await StartBackendAsync();
        await using var gateway = await StartAsync(backend, Of(collector, ("OTEL_TRACES_SAMPLER", "always_off")));
        await gateway.GetTextAsync(gateway.Traffic, "/x");

        await gateway.StopPromptlyAsync();

        Assert.Empty(collector.Spans);
        Assert.NotEmpty(collector.Metrics);
        Assert.NotEmpty(collector.Lines);
    }

    [Fact]
    public async Task Sdk_TurnedOff_ExportsNothingAndKeepsTheMetricsPage()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var backend = await StartBackendAsync();
        await using var gateway = await StartAsync(backend, Of(collector, ("OTEL_SDK_DISABLED", "true")));
        await gateway.GetTextAsync(gateway.Traffic, "/x");

        Assert.Contains("gateway_requests_total", await gateway.GetTextAsync(gateway.Management, "/metrics"), StringComparison.Ordinal);
        await gateway.StopPromptlyAsync();

        Assert.Empty(collector.Requests);
    }

    [Fact]
    public async Task Collector_ThatNeverAnswers_HoldsNeitherRequestsNorTheExitUp()
    {
        using var silent = await SilentPort.OpenAsync();
        await using var backend = await StartBackendAsync();
        await using var gateway = await StartAsync(backend, new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = silent.Address.ToString(),
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "50",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "50",
        });

        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, await gateway.StatusAsync(gateway.Traffic, "/x"));

        Assert.Equal(0, await gateway.StopPromptlyAsync());
        Assert.Equal("Gateway stopped", gateway.Output.Messages.Last());
    }

    [Theory]
    [InlineData("run", "OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "'collector:4317' is not the address of a collector", "http://localhost:4317")]
    [InlineData("validate", "OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "'collector' is not the address of a collector", "http://localhost:4317")]
    [InlineData("run", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://", "'http://' is not the address of a collector", "Unset it")]
    public async Task Endpoint_Malformed_IsToldInWordsAndExits1(string command, string variable, string value, params string[] told)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, command, "--config", file).With(variable, value));

        GatewayCommand.AssertComplains(result, 1, [$"environment variable {variable}", .. told]);
    }

    [Fact]
    public async Task Validate_TellsACollectorNothing()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, "validate", "--config", file, "--Logging:LogLevel:Default=Trace") with { Environment = Of(collector) });

        Assert.Equal(0, result.ExitCode);
        Assert.Empty(collector.Requests);
    }

    [Fact]
    public async Task Headers_Malformed_AreToldWithoutTheirValue()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(1));

        var result = await ProgramProcess.RunAsync(ProgramStart.OfAssembly(BuildOutput.Gateway, "--config", file) with
        {
            Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", ["OTEL_EXPORTER_OTLP_HEADERS"] = Secret },
        });

        GatewayCommand.AssertComplains(result, 1, "OTEL_EXPORTER_OTLP_HEADERS", "name=value");
        Assert.DoesNotContain(Secret, result.Everything, StringComparison.Ordinal);
    }

    private static Task<BackendServer> StartBackendAsync() =>
        BackendServer.StartAsync(new BackendOptions { Name = "backend" }, TestContext.Current.CancellationToken);

    private static Task<GatewayProcess> StartAsync(BackendServer backend, Dictionary<string, string> environment) => StartAsync(backend.Port, environment);

    private static async Task<GatewayProcess> StartAsync(int port, Dictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var folder = new TemporaryFolder();
        var file = folder.Write("gateway.json", GatewayConfig.For(port));
        string[] all = ["--config", file, "--Logging:LogLevel:Gateway=Trace", .. arguments];
        return await GatewayProcess.ReadyAsync(folder, ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway, all) with { Environment = environment }));
    }

    private static Dictionary<string, string> Of(OtlpReceiver collector, params (string Name, string Value)[] more)
    {
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Http.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        return environment;
    }
}
