using System.Text.Json;
using Gateway.IntegrationTests.Support;
using Gateway.Management.Status;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Management;

/// <summary>What <c>/api/status</c> tells is what is so.</summary>
public class StatusTests
{
    [Fact]
    public async Task Gateway_AndItsConfiguration_AreTold()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));

        var status = await gateway.ReadAsync("/api/status");

        Assert.Equal(1, status.Number("version"));
        Assert.NotEmpty(status.Text("gateway.version")!);
        Assert.True(status.At("gateway.startedAt").GetDateTimeOffset() <= status.At("time").GetDateTimeOffset());
        Assert.True(status.Number("upSeconds") >= 0);
        Assert.Equal(1, status.Number("configuration.version"));
        Assert.Equal(JsonValueKind.Null, status.At("configuration.lastReload").ValueKind);
        Assert.True(status.At("ready.isReady").GetBoolean());
        Assert.False(status.At("draining").GetBoolean());
        Assert.Equal(0, status.Number("inFlight.count"));
        Assert.Equal(JsonValueKind.Null, status.At("limits.global").ValueKind);
    }

    [Fact]
    public async Task Status_DuringASave_IsOfOneConfiguration()
    {
        var config = GatewayConfig.To(new Uri("http://127.0.0.1:9/"));
        var part = new SavingPart();
        await using var gateway = await GatewayFactory.StartAsync(config, services => services.AddSingleton<IClusterPart>(part));
        part.Save = () => gateway.SaveAndWait(config.Route("late", "/late", "api").ToString());

        var status = await gateway.ReadAsync("/api/status");

        Assert.Equal(["all"], status.GetProperty("routes").EnumerateArray().Select(route => route.Text("id")));
        Assert.Equal(2, (await gateway.ReadAsync("/api/status")).GetProperty("routes").GetArrayLength());
    }

    [Fact]
    public async Task Reloads_AreToldWithTheirFaults()
    {
        var config = GatewayConfig.To(new Uri("http://127.0.0.1:9/"));
        await using var gateway = await GatewayFactory.StartAsync(config);
        gateway.Save(config.Permits(7).ToString());
        await gateway.Logs.WaitForAsync("Configuration 2 applied");
        gateway.Save(config.Permits(-1).ToString());
        await gateway.Logs.WaitForAsync("Configuration rejected");

        var configuration = (await gateway.ReadAsync("/api/status")).GetProperty("configuration");

        Assert.Equal(2, configuration.Number("version"));
        Assert.Equal("rejected", configuration.Text("lastReload.outcome"));
        var fault = Assert.Single(configuration.At("lastReload.faults").EnumerateArray());
        Assert.Equal(("ReverseProxy:Clusters:api:Pool:PermitsPerDestination", "-1"), (fault.Text("path"), fault.Text("found")));
        Assert.Equal(["rejected", "applied"], configuration.GetProperty("reloads").EnumerateArray().Select(reload => reload.Text("outcome")));
    }

    [Fact]
    public async Task DestinationThatIsDown_IsToldWithSinceWhenAndWhy()
    {
        using var dead = new RefusingPort();
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(dead.Address).Probing());
        await gateway.Logs.WaitForAsync("is DOWN");

        var destination = (await gateway.ReadAsync("/api/status")).Destination();

        Assert.Equal(("down", "connection refused"), (destination.Text("health.state"), destination.Text("health.lastFailure.reason")));
        Assert.True(destination.At("health.since").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.Equal(dead.Address.ToString(), destination.Text("address"));
    }

    [Fact]
    public async Task CircuitPermitsAndRequestsInFlight_AreTold()
    {
        var release = new SyncPoint();
        await using var failing = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var holding = ScriptedBackend.Start(Scripts.Hold(release));
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(failing.Address, holding.Address).InOrder().Breaker(1).Permits(3).WithoutRetries());
        (await gateway.GetAsync("/fails")).Dispose();
        var held = gateway.GetTextAsync("/held");
        await release.WaitForArrivalsAsync(1);

        var status = await gateway.ReadAsync("/api/status");

        Assert.Equal("open", status.Destination().Text("circuit.state"));
        Assert.InRange(status.Destination().Number("circuit.secondsToProbe"), 3000, 3600);
        Assert.Equal("connection_terminated", status.Destination().GetProperty("failures")[0].Text("error"));
        Assert.Equal((1, 3), (status.Destination("d2").Number("permits.inUse"), status.Destination("d2").Number("permits.limit")));
        Assert.Equal("closed", status.Destination("d2").Text("circuit.state"));
        Assert.Equal(1, status.Number("inFlight.count"));
        Assert.Equal(("/held", "all", "d2"), (status.At("inFlight.oldest")[0].Text("path"), status.At("inFlight.oldest")[0].Text("route"), status.At("inFlight.oldest")[0].Text("destination")));
        release.Open();
        await held;
    }

    [Fact]
    public async Task Streams_OfADestination_AreTold()
    {
        await using var backend = ScriptedBackend.Start(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            await connection.WaitForCloseAsync();
        });
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(backend.Address).Set($"{GatewayConfig.Cluster}:Pool:StreamsPerDestination", 7));
        using var events = await gateway.Client.SendAsync(HttpMethod.Get, "/events");

        var destination = (await gateway.ReadAsync("/api/status")).Destination();

        Assert.Equal((1, 7), (destination.Number("streams.inUse"), destination.Number("streams.limit")));
        Assert.Equal(0, destination.Number("permits.inUse"));
    }

    [Fact]
    public async Task Traffic_IsToldOfRouteClusterAndDestination()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address));
        for (var i = 0; i < 5; i++)
            await gateway.GetTextAsync("/x");

        await Eventually.TrueAsync(async () => (await gateway.ReadAsync("/api/status")).Number("total.traffic.requests") == 5, "five requests in the status");

        var status = await gateway.ReadAsync("/api/status");
        var route = status.GetProperty("routes")[0];
        Assert.Equal(("all", "/{**path}", "api"), (route.Text("id"), route.Text("path"), route.Text("cluster")));
        foreach (var traffic in new[] { route, status.Cluster(), status.Destination(), status.GetProperty("total") })
        {
            Assert.Equal((5, 0), (traffic.Number("traffic.requests"), traffic.Number("traffic.errors")));
            Assert.True(traffic.Number("traffic.requestsPerSecond") > 0);
            Assert.True(traffic.Number("traffic.p99Seconds") > 0);
        }
        Assert.Equal("RoundRobin", status.Cluster().Text("policy"));
    }

    [Fact]
    public async Task Limits_AreToldWithLevelsRefusalsAndTheBusiestClients()
    {
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To(backend.Address)
            .Limit("Gateway:RateLimit:Global", 100).Limit("Gateway:RateLimit:PerClient", 3).Limit("ReverseProxy:Routes:all:RateLimit", 50));
        for (var i = 0; i < 5; i++)
            (await gateway.GetAsync("/x")).Dispose();

        var limits = (await gateway.ReadAsync("/api/status")).GetProperty("limits");

        Assert.Equal((97, 100), (limits.Number("global.tokens"), limits.Number("global.limit")));
        Assert.Equal(("all", 47), (limits.At("routes")[0].Text("route"), limits.At("routes")[0].Number("tokens")));
        Assert.Equal(("127.0.0.0/24", 3), (limits.At("clients.busiest")[0].Text("client"), limits.At("clients.busiest")[0].Number("tokensTaken")));
        await Eventually.TrueAsync(async () => (await gateway.ReadAsync("/api/status")).At("total.refused").EnumerateArray()
            .Any(refused => refused.Text("gate") == "rate-limit" && refused.Text("scope") == "client" && refused.Number("refusals") == 2), "two refusals by the client's bucket");
    }

    [Fact]
    public async Task Status_OfAThousandDestinations_IsWhole()
    {
        await using var gateway = await GatewayFactory.StartAsync(GatewayConfig.To([.. Enumerable.Range(1, 1000).Select(i => new Uri($"http://127.0.0.1:{10_000 + i}/"))]));

        var status = await gateway.ReadAsync("/api/status");

        Assert.Equal(1000, status.Cluster().GetProperty("destinations").GetArrayLength());
    }
}

/// <summary>Has a new configuration take effect while the status is written.</summary>
internal sealed class SavingPart : IClusterPart
{
    public string Name => "saving";

    public Action? Save { get; set; }

    public void Write(Utf8JsonWriter json, string clusterId)
    {
        (var save, Save) = (Save, null);
        save?.Invoke();
        json.WriteNullValue();
    }
}

file static class Saves
{
    public static void SaveAndWait(this GatewayFactory gateway, string config)
    {
        gateway.Save(config);
        gateway.Logs.WaitForAsync("Configuration 2 applied").GetAwaiter().GetResult();
    }
}
