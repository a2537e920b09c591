using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.IntegrationTests.Management;
using Gateway.IntegrationTests.Refusals;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Decisions;

/// <summary>Every row of the table of refusals is found by its trace id in the access log and in the decision record.</summary>
public class DecisionTests
{
    public static TheoryData<string> Situations => [.. ExpectedRefusal.Of.Keys];

    [Theory]
    [MemberData(nameof(Situations))]
    public async Task Refusal_IsFoundByItsTraceId(string name)
    {
        await using var situation = await Situation.CreateAsync(name);
        var (gateway, expected) = (situation.Gateway, ExpectedRefusal.Of[name]);
        using var response = await gateway.GetAsync($"{situation.Path}?secret=1");
        var problem = JsonDocument.Parse(await response.TextAsync()).RootElement;
        var traceId = problem.Text("traceId")!;

        var decision = await gateway.ReadAsync($"/api/decisions/{traceId}");

        Assert.Equal(traceId, decision.Text("traceId"));
        Assert.Equal((expected.Status, expected.Gate, expected.Title, expected.Scope, expected.ProxyStatusError),
            ((int)decision.Number("status"), decision.Text("gate"), decision.Text("title"), decision.Text("scope"), decision.Text("error")));
        Assert.Equal((problem.Text("detail"), "GET", situation.Path, "127.0.0.0/24"), (decision.Text("detail"), decision.Text("method"), decision.Text("path"), decision.Text("client")));
        AssertSaw(expected, decision.GetProperty("saw"));
        Assert.Contains((await gateway.ReadAsync($"/api/decisions?gate={expected.Gate}")).GetProperty("decisions").EnumerateArray(), one => one.Text("traceId") == traceId);
        await Eventually.TrueAsync(() => gateway.AccessLog.All.Any(line => line.Text("traceId") == traceId && line.Text("gate") == expected.Gate), "the line of the access log");
    }

    private static void AssertSaw(ExpectedRefusal expected, JsonElement saw)
    {
        switch (expected.Gate)
        {
            case "rate-limit":
                Assert.Equal((expected.Scope, 1), (saw.Text("rateLimit.scope"), saw.Number("rateLimit.limit")));
                Assert.InRange(saw.Number("rateLimit.tokens"), 0, 0.999);
                Assert.InRange(saw.Number("rateLimit.secondsToToken"), 3500, 3600);
                break;
            case "route":
                Assert.Equal(expected.Status == 405 ? ("all", "method is GET, wanted PUT") : ("other", "path is /x, wanted /other"), (saw.At("nearestRoutes")[0].Text("route"), saw.At("nearestRoutes")[0].Text("reason")));
                break;
            case "upstream":
                var attempt = Assert.Single(saw.GetProperty("attempts").EnumerateArray());
                Assert.Equal(("d1", expected.ProxyStatusError), (attempt.Text("destination"), attempt.Text("error")));
                Assert.Equal(expected.Title != "Backend unreachable", attempt.At("sent").GetBoolean());
                break;
            default:
                Assert.Equal(0, saw.Number("cluster.moreDestinations"));
                break;
        }
    }

    [Fact]
    public async Task FullPool_IsToldWithItsPermitsAndWhoHoldsThem()
    {
        await using var situation = await Situation.CreateAsync("pool full");

        var saw = await SawAsync(situation);

        Assert.Equal((1, 1), (saw.At("cluster.destinations")[0].Number("permits.inUse"), saw.At("cluster.destinations")[0].Number("permits.limit")));
        var holder = Assert.Single(saw.At("cluster.heldBy").EnumerateArray());
        Assert.Equal(("d1", "all", 1), (holder.Text("destination"), holder.Text("route"), holder.Number("requests")));
    }

    [Fact]
    public async Task OpenCircuit_IsToldWithItsFailuresAndTheTimeToItsProbe()
    {
        await using var situation = await Situation.CreateAsync("circuit open");

        var destination = (await SawAsync(situation)).At("cluster.destinations")[0];

        Assert.Equal(("open", 1), (destination.Text("circuit.state"), destination.Number("circuit.failuresInRow")));
        Assert.InRange(destination.Number("circuit.secondsToProbe"), 3500, 3600);
        Assert.Equal("connection_terminated", destination.GetProperty("failures")[0].Text("error"));
    }

    [Fact]
    public async Task FailedProbe_IsToldWithItsError()
    {
        await using var situation = await Situation.CreateAsync("probe failed");

        var destination = (await SawAsync(situation)).At("cluster.destinations")[0];

        Assert.Equal(("down", "connection refused"), (destination.Text("health.state"), destination.Text("health.lastFailure.reason")));
    }

    [Fact]
    public async Task EveryAttempt_OfARequestThatFailed_IsTold()
    {
        using var dead = new RefusingPort();
        await using var closing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(dead.Address, closing.Address).InOrder());
        using var response = await gateway.GetAsync("/x");

        var attempts = (await gateway.ReadAsync("/api/decisions")).GetProperty("decisions")[0].At("saw.attempts").EnumerateArray();

        Assert.Equal([("d1", "connection_refused", false), ("d2", "connection_terminated", true)],
            attempts.Select(attempt => (attempt.Text("destination"), attempt.Text("error"), attempt.At("sent").GetBoolean())));
    }

    [Fact]
    public async Task NearestRoutes_OfARequestWithoutARoute_AreToldWithWhatDiffers()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Destinations("api", new Uri("http://127.0.0.1:9/"))
            .Route("far", "/far/away", "api")
            .Route("elsewhere", "/orders/{id}", "api").Set("ReverseProxy:Routes:elsewhere:Match:Hosts", new JsonArray("*.example.com"))
            .Route("written", "/orders/{id}", "api").Set("ReverseProxy:Routes:written:Match:Methods", new JsonArray("PUT")));
        using var response = await gateway.GetAsync("/orders/7");
        var traceId = JsonDocument.Parse(await response.TextAsync()).RootElement.Text("traceId");

        var nearest = (await gateway.ReadAsync($"/api/decisions/{traceId}")).At("saw.nearestRoutes");

        Assert.Equal([("written", "method is GET, wanted PUT"), ("elsewhere", $"host is {gateway.Traffic.Authority}, wanted *.example.com"), ("far", "path is /orders/7, wanted /far/away")],
            nearest.EnumerateArray().Select(route => (route.Text("route"), route.Text("reason"))));
    }

    [Fact]
    public async Task NearestRoutes_AreThoseOfThePathAsItWasMatched()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Destinations("api", new Uri("http://127.0.0.1:9/")).Route("plain", "/ab", "api"));
        using var response = await gateway.GetAsync("/a%2562");
        var traceId = JsonDocument.Parse(await response.TextAsync()).RootElement.Text("traceId");

        var nearest = Assert.Single((await gateway.ReadAsync($"/api/decisions/{traceId}")).At("saw.nearestRoutes").EnumerateArray());

        Assert.Equal("path is /a%62, wanted /ab", nearest.Text("reason"));
    }

    [Fact]
    public async Task ServedRequest_LeavesNoDecision()
    {
        using var dead = new RefusingPort();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(dead.Address, backend.Address).InOrder());
        await gateway.GetTextAsync("/x");

        Assert.Empty((await gateway.ReadAsync("/api/decisions")).GetProperty("decisions").EnumerateArray());
    }

    [Fact]
    public async Task Decisions_OfOneTrace_AreToldTogether()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig());
        const string TraceId = "0af7651916cd43dd8448eb211c80319c";
        foreach (var path in new[] { "/first", "/second" })
            (await gateway.Client.SendAsync(HttpMethod.Get, path, ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01"))).Dispose();

        var decision = await gateway.ReadAsync($"/api/decisions/{TraceId}");

        Assert.Equal("/second", decision.Text("path"));
        Assert.Equal("/first", Assert.Single(decision.GetProperty("earlierOfTrace").EnumerateArray()).Text("path"));
    }

    [Fact]
    public async Task Capacity_ThatIsSavedSmaller_KeepsTheNewest()
    {
        var config = new GatewayConfig();
        await using var gateway = await GatewayFactory.StartAsync(config);
        for (var i = 0; i < 5; i++)
            (await gateway.GetAsync($"/{i}")).Dispose();

        gateway.Save(config.Set("Gateway:Decisions:Capacity", 2).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");

        Assert.Equal(["/4", "/3"], (await gateway.ReadAsync("/api/decisions")).GetProperty("decisions").EnumerateArray().Select(one => one.Text("path")));
        gateway.Save(config.Set("Gateway:Decisions:Capacity", 0).ToString());
        await gateway.Logs.WaitForAsync("Configuration 3 applied");
        (await gateway.GetAsync("/x")).Dispose();
        Assert.Empty((await gateway.ReadAsync("/api/decisions")).GetProperty("decisions").EnumerateArray());
    }

    [Fact]
    public async Task Clients_WhereConfigured_AreShownWhole()
    {
        await using var gateway = await GatewayFactory.StartAsync(new GatewayConfig().Set("Gateway:Management:FullClientAddresses", true));
        (await gateway.GetAsync("/x")).Dispose();

        Assert.Equal("127.0.0.1", (await gateway.ReadAsync("/api/decisions")).GetProperty("decisions")[0].Text("client"));
    }

    private static async Task<JsonElement> SawAsync(Situation situation)
    {
        using var response = await situation.Gateway.GetAsync(situation.Path);
        var traceId = JsonDocument.Parse(await response.TextAsync()).RootElement.Text("traceId");
        return (await situation.Gateway.ReadAsync($"/api/decisions/{traceId}")).GetProperty("saw");
    }
}
