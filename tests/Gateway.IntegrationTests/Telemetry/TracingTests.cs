using System.Globalization;
using System.Text.Json;
using Gateway.IntegrationTests.Support;
using Gateway.IntegrationTests.Support.Otlp;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>The spans that a collector gets, and what backend, log and refusal say of the same trace.</summary>
public class TracingTests
{
    private const string ClientSpan = "b7ad6b7169203331";

    // Listeners hear of every gateway in the test's process: each test knows its own by the trace.
    private readonly string _trace = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Request_WithTheClientsTrace_IsASpanOfItWithAnAttemptBelow()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address).Route("api", "/api/{**rest}", GatewayConfig.ClusterId));

        await AskAsync(gateway, "GET /api/a%20b?secret=1 HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: test/1\r\ntracestate: vendor=a\r\n");

        var spans = await collector.TraceAsync(_trace, 2);
        var (request, attempt) = (spans[0], spans[1]);
        Assert.Equal((OtlpSpan.Server, "GET /api/{**rest}", ClientSpan, "vendor=a", "Gateway", 0),
            (request.Kind, request.Name, request.ParentId, request.TraceState, request.Source, request.Status));
        AssertAttributes(request,
            ("http.request.method", "GET"), ("http.route", "/api/{**rest}"), ("http.response.status_code", "200"), ("url.scheme", "http"), ("url.path", "/api/a b"),
            ("server.address", "shop.example"), ("server.port", "8080"), ("client.address", "127.0.0.1"), ("network.protocol.version", "1.1"),
            ("user_agent.original", "test/1"), ("gateway.route", "api"), ("gateway.cluster", "api"));
        Assert.Equal((OtlpSpan.Client, "GET", request.SpanId, "vendor=a", "Gateway", 0),
            (attempt.Kind, attempt.Name, attempt.ParentId, attempt.TraceState, attempt.Source, attempt.Status));
        AssertAttributes(attempt,
            ("http.request.method", "GET"), ("http.response.status_code", "200"), ("url.full", $"{backend.Address}api/a%20b"),
            ("server.address", "127.0.0.1"), ("server.port", backend.Address.Port.ToString(CultureInfo.InvariantCulture)),
            ("gateway.cluster", "api"), ("gateway.destination", "d1"));
        Assert.InRange(attempt.Nanoseconds, 1UL, request.Nanoseconds);
        Assert.Equal($"00-{_trace}-{attempt.SpanId}-01", backend.Received[0]["traceparent"]);
        Assert.Equal("vendor=a", backend.Received[0]["tracestate"]);
        Assert.Equal(_trace, (await gateway.AccessLog.OfAsync("/api/a b")).GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task Request_WithoutATrace_BeginsOneThatLogAndBackendName()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address));

        await RawClient.AskAsync(gateway.Traffic, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");

        var trace = (await gateway.AccessLog.OfAsync("/x")).GetProperty("traceId").GetString()!;
        var spans = await collector.TraceAsync(trace, 2);
        Assert.Equal("", spans[0].ParentId);
        Assert.Equal($"00-{trace}-{spans[1].SpanId}-01", backend.Received[0]["traceparent"]);
    }

    [Fact]
    public async Task Retry_IsAnAttemptOfItsOwnUnderTheSameRequest()
    {
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var serving = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, closing.Address, serving.Address).InOrder());

        await AskAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n");

        var spans = await collector.TraceAsync(_trace, 3);
        Assert.Equal(("200", null), (spans[0]["http.response.status_code"], spans[0]["error.type"]));
        Assert.All(spans.Skip(1), attempt => Assert.Equal((OtlpSpan.Client, spans[0].SpanId), (attempt.Kind, attempt.ParentId)));
        Assert.Equal(
            [("d1", null, null, "connection_terminated", OtlpSpan.Error), ("d2", "1", "200", null, 0)],
            spans.Skip(1).Select(attempt => (attempt["gateway.destination"], attempt["http.request.resend_count"], attempt["http.response.status_code"], attempt["error.type"], attempt.Status)));
        Assert.Equal([$"00-{_trace}-{spans[1].SpanId}-01", $"00-{_trace}-{spans[2].SpanId}-01"],
            [closing.Received[0]["traceparent"], serving.Received[0]["traceparent"]]);
    }

    [Fact]
    public async Task Failure_OfTheLastAttempt_IsTheRequestsError()
    {
        using var refusing = new RefusingPort();
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, refusing.Address));

        var answer = await AskAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n");

        var spans = await collector.TraceAsync(_trace, 2);
        Assert.Equal(_trace, JsonDocument.Parse(answer.Text).RootElement.GetProperty("traceId").GetString());
        Assert.Equal(("502", "upstream", "connection_refused", OtlpSpan.Error),
            (spans[0]["http.response.status_code"], spans[0]["gateway.refusal.gate"], spans[0]["error.type"], spans[0].Status));
        Assert.Equal((null, "connection_refused", OtlpSpan.Error), (spans[1]["http.response.status_code"], spans[1]["error.type"], spans[1].Status));
    }

    [Theory]
    [InlineData(503, "503", OtlpSpan.Error)]
    [InlineData(404, null, 0)]
    public async Task Status_OfTheBackend_IsAnErrorOfEachSideByItsOwnRule(int status, string? error, int code)
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync($"HTTP/1.1 {status} Told\r\nContent-Length: 0\r\n\r\n");
        });
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address));

        await AskAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n");

        var spans = await collector.TraceAsync(_trace, 2);
        Assert.Equal((error, code), (spans[0]["error.type"], spans[0].Status));
        Assert.Equal((status.ToString(CultureInfo.InvariantCulture), OtlpSpan.Error), (spans[1]["error.type"], spans[1].Status));
    }

    [Fact]
    public async Task Refusal_IsTheRequestsSpanAloneWithItsGate()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector).Limit("Gateway:RateLimit:Global", 1));
        (await gateway.GetAsync("/first")).Dispose();

        var answer = await AskAsync(gateway, "BREW /x HTTP/1.1\r\nHost: x\r\n");

        var span = (await collector.TraceAsync(_trace, 1))[0];
        Assert.Equal(_trace, JsonDocument.Parse(answer.Text).RootElement.GetProperty("traceId").GetString());
        Assert.Equal(("rate-limit", "global", "429", null, 0),
            (span["gateway.refusal.gate"], span["gateway.refusal.scope"], span["http.response.status_code"], span["error.type"], span.Status));
        // A client chooses its method freely: it names no span.
        Assert.Equal(("_OTHER", "BREW", "HTTP /{**path}"), (span["http.request.method"], span["http.request.method_original"], span.Name));
    }

    [Fact]
    public async Task Refusal_WithoutARoute_HasNoTemplate()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(Exporting(new GatewayConfig(), collector));

        await AskAsync(gateway, "GET /nowhere HTTP/1.1\r\nHost: x\r\n");

        var span = (await collector.TraceAsync(_trace, 1))[0];
        Assert.Equal(("GET", null, null, "route"), (span.Name, span["http.route"], span["gateway.route"], span["gateway.refusal.gate"]));
    }

    [Fact]
    public async Task Client_ThatLeft_IsToldAsSuchAndAsNoErrorOfOurs()
    {
        await using var backend = ScriptedBackend.Start(Scripts.StaySilent);
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address));
        using var client = await RawClient.ConnectAsync(gateway.Traffic);
        await client.SendAsync($"GET /left HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{_trace}-{ClientSpan}-01\r\n\r\n");
        await Eventually.EqualAsync(1, () => backend.Requests);

        client.Reset();

        var spans = await collector.TraceAsync(_trace, 2);
        Assert.Equal(("499", "client_closed_request", 0), (spans[0]["http.response.status_code"], spans[0]["error.type"], spans[0].Status));
        Assert.Equal((null, "client_closed_request", 0), (spans[1]["http.response.status_code"], spans[1]["error.type"], spans[1].Status));
    }

    [Fact]
    public async Task Trace_ThatIsNotSampled_GoesOnUnsampledAndIsNotExported()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address));
        var unsampled = Guid.NewGuid().ToString("N");

        await RawClient.AskAsync(gateway.Traffic, $"GET /x HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{unsampled}-{ClientSpan}-00\r\n\r\n");
        await AskAsync(gateway, "GET /y HTTP/1.1\r\nHost: x\r\n");

        // They are exported in the order in which they end.
        await collector.TraceAsync(_trace, 2);
        Assert.DoesNotContain(collector.Spans, span => span.TraceId == unsampled);
        Assert.Matches($"^00-{unsampled}-(?!{ClientSpan})[0-9a-f]{{16}}-00$", backend.Received[0]["traceparent"]);
    }

    [Fact]
    public async Task HostileRequest_LeavesNothingUnboundedInItsSpan()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(To(collector, backend.Address));
        var text = new string('a', 6000);
        var host = string.Concat(Enumerable.Repeat("aaaaaaaaa.", 600));

        await AskAsync(gateway, $"{text[..1000]} /{text} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {text}\r\n");

        var spans = await collector.TraceAsync(_trace, 2);
        Assert.All(spans.SelectMany(span => span.Attributes), attribute => Assert.InRange(attribute.Value.Length, 0, 2049));
        Assert.Equal(64, spans[0]["http.request.method_original"]!.Length);
    }

    [Fact]
    public async Task Spans_GoOverGrpcWhereToldTo()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var collector = await OtlpReceiver.StartAsync();
        await using var gateway = await GatewayFactory.StartAsync(Exporting(GatewayConfig.To(backend.Address), collector)
            .Set("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Grpc.ToString()).Set("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));

        await AskAsync(gateway, "GET /x HTTP/1.1\r\nHost: x\r\n");

        await collector.TraceAsync(_trace, 2);
        Assert.Contains(collector.Requests, request => request.Path == "/opentelemetry.proto.collector.trace.v1.TraceService/Export");
        Assert.DoesNotContain(gateway.Logs.All, line => line.Contains("OTLP", StringComparison.Ordinal));
    }

    internal static GatewayConfig Exporting(GatewayConfig config, OtlpReceiver collector) => config
        .Set("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Http.ToString())
        .Set("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
        .Set("OTEL_BSP_SCHEDULE_DELAY", "50")
        .Set("OTEL_METRIC_EXPORT_INTERVAL", "100");

    private static GatewayConfig To(OtlpReceiver collector, params IReadOnlyList<Uri> destinations) => Exporting(GatewayConfig.To(destinations), collector);

    private Task<RawMessage> AskAsync(GatewayFactory gateway, string head) =>
        RawClient.AskAsync(gateway.Traffic, $"{head}traceparent: 00-{_trace}-{ClientSpan}-01\r\n\r\n");

    // All of them: what is not named here must not be there.
    private static void AssertAttributes(OtlpSpan span, params (string Name, string Value)[] expected) =>
        Assert.Equal(expected.Order(), span.Attributes.Select(attribute => (attribute.Key, attribute.Value)).Order());
}
