using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Telemetry;

/// <summary>How a scrape is asked for and answered, and that what it holds stays bounded.</summary>
public sealed partial class ScrapeTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string OpenMetrics = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    [Fact]
    public async Task Scrape_AfterTraffic_PassesPrometheusOwnCheck()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Limit("Gateway:RateLimit:Global", 1));
        await gateway.GetTextAsync("/x");
        (await gateway.GetAsync("/x")).Dispose();

        Assert.Empty(await Promtool.CheckMetricsAsync((await gateway.ScrapeAsync()).Text));
    }

    [Fact]
    public async Task Scrape_InOpenMetrics_HasTheTracesOfRequestsAsExamples()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        // Who asks once gets the examples of what comes from then on.
        (await ScrapeAsync(gateway, OpenMetrics)).Dispose();
        foreach (var (path, flags) in ((string, string)[])[("/kept", "01"), ("/not-kept", "00")])
        {
            var trace = flags == "01" ? Trace : Trace.Replace('0', '1');
            await RawClient.AskAsync(gateway.Traffic, $"GET {path} HTTP/1.1\r\nHost: x\r\ntraceparent: 00-{trace}-b7ad6b7169203331-{flags}\r\n\r\n");
            await gateway.AccessLog.OfAsync(path);
        }

        using var response = await ScrapeAsync(gateway, OpenMetrics);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("application/openmetrics-text; version=1.0.0", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        // Where another gateway of this process is traced, more than the requests' own durations have examples.
        var examples = Examples().Matches(text);
        Assert.Contains(examples, example => example.Groups["name"].Value == "gateway_request_duration_seconds_bucket");
        Assert.All(examples, example => Assert.Equal(Trace, example.Groups["trace"].Value));
        Assert.DoesNotContain(Trace, (await gateway.ScrapeAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_ByWhoAsksForNothingSpecial_IsPlainText()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());

        using var response = await ScrapeAsync(gateway, "*/*");

        Assert.StartsWith("text/plain; version=0.0.4", response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_TurnedOff_AnswerWhy()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address).Set("Gateway:Metrics:Enabled", false));
        await gateway.GetTextAsync("/x");

        using var response = await ScrapeAsync(gateway, "*/*");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("Gateway:Metrics:Enabled is false", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Null(gateway.Services.GetService(typeof(OpenTelemetry.Metrics.MeterProvider)));
    }

    [Theory]
    [InlineData("Enabled", "false")]
    [InlineData("MaxSeries", "5000")]
    public async Task Save_OfAnotherSetting_IsRejectedUntilARestart(string setting, string value)
    {
        var config = new GatewayConfig();
        await using var gateway = await GatewayFactory.StartAsync(config);

        gateway.Save(config.Set($"Gateway:Metrics:{setting}", JsonNode.Parse(value)).ToString());

        await gateway.Logs.WaitForAsync("Configuration rejected, 1 stays in force");
        Assert.Contains(gateway.Logs.All, line => line.Contains($"Gateway:Metrics:{setting}", StringComparison.Ordinal) && line.Contains("needs a restart", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Series_OfWhatAReloadRemoved_DisappearAndTheOthersKeepTheirValues()
    {
        await using var first = ScriptedBackend.Start(Scripts.Serve());
        await using var second = ScriptedBackend.Start(Scripts.Serve());
        var config = GatewayConfig.To(first.Address, second.Address).Route("gone", "/gone/{**rest}", "leaving").Destinations("leaving", first.Address);
        await using var gateway = await GatewayFactory.StartAsync(config);
        foreach (var path in (string[])["/a", "/b", "/gone/a"])
        {
            await gateway.GetTextAsync(path);
            await gateway.AccessLog.OfAsync(path);
        }
        var before = await gateway.ScrapeAsync();
        foreach (var (label, id) in ((string, string)[])[("destination", "d1"), ("destination", "d2"), ("cluster", "leaving"), ("route", "gone")])
            Assert.Contains(before.Samples, sample => sample.Labels.GetValueOrDefault(label) == id);

        gateway.Save(GatewayConfig.To(second.Address).Set($"ReverseProxy:Clusters:{GatewayConfig.ClusterId}:Destinations",
            new JsonObject { ["d2"] = new JsonObject { ["Address"] = second.Address.ToString() } }).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        await Eventually.TrueAsync(async () => !(await gateway.ScrapeAsync()).Samples.Any(sample => sample.Labels.Any(label =>
            label is { Key: "destination", Value: "d1" } or { Key: "cluster", Value: "leaving" } or { Key: "route", Value: "gone" })), "what was removed is told no more");
        await gateway.GetTextAsync("/c");
        await gateway.AccessLog.OfAsync("/c");
        var after = await gateway.ScrapeAsync();
        Assert.Equal(3, after.Value("gateway_request_duration_seconds_count", ("route", "all"), ("cluster", GatewayConfig.ClusterId)));
        Assert.Equal(2, after.Value("gateway_upstream_duration_seconds_count", ("cluster", GatewayConfig.ClusterId), ("destination", "d2")));
        Assert.Equal(2, after.Value("gateway_requests_total", ("route", "all"), ("destination", "d2"), ("code", "200")));
        Assert.Equal(1, after.Value("gateway_config_reloads_total", ("outcome", "applied")));
    }

    [Fact]
    public async Task Series_OfAClusterThatIsGone_DoNotComeBackByALateRequest()
    {
        var release = new SyncPoint();
        await using var closing = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await release.PassAsync(connection.Stopping);
        });
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await SteppedGateway.StartAsync(GatewayConfig.To(backend.Address).Route("gone", "/gone", "leaving")
            .Destinations("leaving", closing.Address, backend.Address).Set("ReverseProxy:Clusters:leaving:LoadBalancingPolicy", "FirstAlphabetical"));
        var late = gateway.Factory.GetTextAsync("/gone");
        await release.WaitForArrivalsAsync(1);
        await gateway.SaveAsync(GatewayConfig.To(backend.Address));
        Assert.Empty(await OfTheClusterAsync());

        // The attempt fails, and the next one goes to a destination that no configuration knows any more.
        release.Open();
        Assert.Equal("ok", await late);
        await gateway.Factory.AccessLog.OfAsync("/gone");
        Assert.Empty(await OfTheClusterAsync());

        async Task<IEnumerable<string>> OfTheClusterAsync() => (await gateway.Factory.ScrapeAsync()).Samples
            .Where(static sample => sample.Labels.Any(static label => label is { Key: "cluster", Value: "leaving" } or { Key: "route", Value: "gone" })).Select(Identity);
    }

    [Theory]
    [InlineData(1_000, 1_001)]
    [InlineData(20_000, 1_100)]
    public async Task Series_BeyondTheRoom_AreOneTogether(int room, int told)
    {
        var config = new GatewayConfig().Destinations(GatewayConfig.ClusterId, new Uri("http://127.0.0.1:9/")).Set("Gateway:Metrics:MaxSeries", room);
        for (var i = 0; i < 1_100; i++)
            config.Route($"r{i}", $"/r{i}", GatewayConfig.ClusterId).Limit($"ReverseProxy:Routes:r{i}:RateLimit", 1);
        await using var gateway = await GatewayFactory.StartAsync(config);

        var levels = (await gateway.ScrapeAsync()).Find("gateway_rate_limit_tokens");

        Assert.Equal(told, levels.Count);
        Assert.Equal(told == room + 1 ? 1 : 0, levels.Count(level => level.Labels.GetValueOrDefault("otel_metric_overflow") == "true"));
    }

    [Fact]
    public async Task Series_OfTenThousandPathsClientsHostsAndMethods_AreAsManyAsOfOne()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Limit("Gateway:RateLimit:PerClient", 1_000).Set("Gateway:ForwardedHeaders:KnownProxies:0", "127.0.0.1"));
        await SendAsync(0);
        await SendAsync(1);
        var before = (await gateway.ScrapeAsync()).Samples.Select(Identity).ToHashSet();

        await Parallel.ForEachAsync(Enumerable.Range(2, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => await SendAsync(i));

        var after = (await gateway.ScrapeAsync()).Samples.Select(Identity).ToHashSet();
        after.ExceptWith(before);
        Assert.True(after.Count < 100, string.Join('\n', after.Take(20)));
        Assert.DoesNotContain(after, series => series.Contains("overflow", StringComparison.Ordinal));

        async Task SendAsync(int i)
        {
            using var request = new HttpRequestMessage(new HttpMethod(i % 2 == 0 ? "GET" : $"M{i}"), $"/p{i}?q={i}");
            request.Headers.Host = $"h{i}.example";
            request.Headers.Add("X-Forwarded-For", $"10.{i / 65536}.{i / 256 % 256}.{i % 256}");
            request.Headers.Add("X-Forwarded-Proto", $"s{i}");
            request.Headers.UserAgent.ParseAdd($"agent/{i}");
            (await gateway.Client.SendAsync(request, Bounds.Token)).Dispose();
        }
    }

    private static string Identity(Sample sample) => sample.Name + string.Join(",", sample.Labels.OrderBy(label => label.Key, StringComparer.Ordinal));

    private static async Task<HttpResponseMessage> ScrapeAsync(GatewayFactory gateway, string accept)
    {
        using var client = Clients.Create(gateway.Management);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Accept.Clear();
        foreach (var type in accept.Split(','))
            request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(type));
        return await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, Bounds.Token);
    }

    [GeneratedRegex("""^(?<name>\w+)\{[^}]*\} \d+ # \{trace_id="(?<trace>[0-9a-f]{32})"\} [\d.eE-]+ \d{10}(\.\d+)?$""", RegexOptions.Multiline)]
    private static partial Regex Examples();
}
