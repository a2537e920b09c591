using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>What a drain says, literally and in order, and the exit code.</summary>
public sealed class DrainLogTests
{
    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    public async Task Signal_NothingInFlight_SaysWhatWasServedAndExits0(Signal signal)
    {
        await using var setup = await GatewayWithBackend.StartAsync();
        for (var i = 0; i < 3; i++)
            await setup.Gateway.GetTextAsync(setup.Gateway.Traffic, "/");

        var exitCode = await setup.Gateway.StopAsync(signal);

        Assert.Equal(["Shutdown initiated", "Requests served: 3", "Gateway stopped"], DrainLines(setup.Gateway));
        Assert.Equal(0, exitCode);
        Assert.Empty(setup.Gateway.Process.Error.All);
    }

    [Fact]
    public async Task Signal_RequestsInFlight_SaysThatTheyDrainedAndExits0()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:01:00" } """);
        setup.Backend.SetHang(true);
        var answers = new[] { setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/a"), setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/b") };
        await setup.ReachesBackendAsync(2);

        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Draining 2 in-flight requests");
        setup.Backend.SetHang(false);

        Assert.All(await Task.WhenAll(answers), status => Assert.Equal(System.Net.HttpStatusCode.OK, status));
        Assert.Equal(0, await setup.Gateway.Process.ExitWithAllOutputAsync());
        Assert.Equal(
            ["Shutdown initiated", "Requests served: 0", "Draining 2 in-flight requests", "All requests drained", "Gateway stopped"],
            DrainLines(setup.Gateway));
    }

    [Fact]
    public async Task Signal_RequestsThatDoNotEnd_AreCutWithALineEachAndExit1()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "00:00:00.300" } """);
        setup.Backend.SetHang(true);
        var answers = new[] { setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/first?secret=1"), setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/second") };
        await setup.ReachesBackendAsync(2);

        var exitCode = await setup.Gateway.StopAsync();

        Assert.Equal(1, exitCode);
        Assert.All(await Task.WhenAll(answers), status => Assert.Null(status));
        var lines = DrainLines(setup.Gateway);
        Assert.Equal(["Shutdown initiated", "Requests served: 0", "Draining 2 in-flight requests", "Drain timeout: 2 requests aborted"], lines[..4]);
        Assert.Equal("Gateway stopped", lines[^1]);
        var cut = lines[4..^1];
        Assert.Equal(2, cut.Length);
        // Method, path, route, destination, age and trace; never the query.
        Assert.All(cut, line => Assert.Matches(@"GET /(first|second) .*\ball\b.*\bone\b.* \d+\.\d s.*\b[0-9a-f]{32}\b", line));
        Assert.DoesNotContain("secret", string.Concat(cut), StringComparison.Ordinal);
        // The access log does not lay it at the client's door.
        Assert.Equal(2, setup.Gateway.Output.All.Count(line => line.Text.Contains("\"status\":503", StringComparison.Ordinal) && line.Text.Contains("\"aborted\":true", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Served_CountsForwardedAndAnsweredOnly()
    {
        await using var setup = await GatewayWithBackend.StartAsync(
            """  "RateLimit": { "Global": { "TokenLimit": 2, "TokensPerPeriod": 1, "ReplenishmentPeriod": "01:00:00" } } """);
        for (var i = 0; i < 4; i++)
            await setup.Gateway.GetTextAsync(setup.Gateway.Traffic, "/");

        await setup.Gateway.StopAsync();

        Assert.Contains("Requests served: 2", setup.Gateway.Output.Messages);
    }

    private static string[] DrainLines(GatewayProcess gateway) =>
        [.. gateway.Output.Messages.SkipWhile(message => message != "Shutdown initiated")];
}
