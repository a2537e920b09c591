using System.Net;
using System.Text.RegularExpressions;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>What waits for a permit, and what goes on in the background, while the gateway drains.</summary>
public sealed class WaitingDrainTests
{
    private const string OnePermit = """  "Drain": { "Timeout": "00:10:00" }, "ClusterDefaults": { "Pool": { "PermitsPerDestination": 1, "QueueLimit": 2, "QueueTimeout": "00:10:00" } } """;

    [Fact]
    public async Task RequestInLine_AtTheDrain_IsServedWhenAPermitComes()
    {
        await using var setup = await GatewayWithBackend.StartAsync(OnePermit);
        setup.Backend.SetHang(true);
        var first = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);
        var second = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await InFlightAsync(setup, 2);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 2 in-flight requests");

        // Nothing moves: the account of it tells the one from the other.
        await setup.Gateway.Output.WaitForMessageAsync("Still in flight: request, route all, destination one of cluster api, ");
        await setup.Gateway.Output.WaitForMessageAsync("Still in flight: waiting, route all, destination  of cluster api, ");
        setup.Backend.SetHang(false);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], await Task.WhenAll(first, second));
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        var lines = setup.Gateway.Output.Messages.SkipWhile(message => message != "Shutdown initiated").ToList();
        Assert.Equal(["Shutdown initiated", "Requests served: 0", "Draining 2 in-flight requests"], lines[..3]);
        Assert.All(lines[3..^2], line => Assert.StartsWith("Still in flight: ", line, StringComparison.Ordinal));
        Assert.Equal(["All requests drained", "Gateway stopped"], lines[^2..]);
    }

    [Fact]
    public async Task RequestInLine_WhoseTimeIsOver_IsRefusedWithinTheDrain()
    {
        await using var setup = await GatewayWithBackend.StartAsync(OnePermit.Replace("\"QueueTimeout\": \"00:10:00\"", "\"QueueTimeout\": \"00:00:02\"", StringComparison.Ordinal));
        setup.Backend.SetHang(true);
        var first = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);
        var second = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await InFlightAsync(setup, 2);

        setup.Gateway.Signal();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await second);
        setup.Backend.SetHang(false);
        Assert.Equal(HttpStatusCode.OK, await first);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task Probes_GoOnWhileRequestsDo_AndLastLinesAreOutBeforeTheExit()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:10:00" } """);
        setup.Backend.SetHang(true);
        var answer = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/last");
        await setup.ReachesBackendAsync(1);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        var connections = setup.Backend.Connections;
        await Wait.UntilAsync(() => setup.Backend.Connections > connections, "another probe");
        setup.Backend.SetHang(false);
        await answer;
        await setup.Gateway.Output.WaitForMessageAsync("Gateway stopped");
        var after = setup.Backend.Connections;

        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Equal(after, setup.Backend.Connections);
        Assert.Contains(setup.Gateway.Output.All, line => line.Text.Contains("\"path\":\"/last\"", StringComparison.Ordinal));
    }

    private static Task InFlightAsync(GatewayWithBackend setup, int requests) => Wait.UntilAsync(
        async () => Regex.IsMatch(await setup.Gateway.GetTextAsync(setup.Gateway.Management, "/metrics"), $@"\ngateway_requests_in_flight(\{{\}})? {requests}\n"),
        $"{requests} requests in flight");
}
