using System.Net;
using Gateway.IntegrationTests.Processes.Support;

namespace Gateway.IntegrationTests.Processes.Draining;

/// <summary>What is open when: readiness, listeners, management.</summary>
public sealed class DrainPhasesTests
{
    [Fact]
    public async Task Delay_AfterTheSignal_NotReadyAtOnceButServesOn()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "00:01:00" } """);
        using var kept = await RawConnection.OpenAsync(setup.Gateway.Traffic);

        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Shutdown initiated");

        using var ready = await setup.Gateway.GetAsync(setup.Gateway.Management, "/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("shutting down", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Management, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/"));
        // Everything goes on as before, kept-alive connections included.
        await kept.GetAsync("/");
        Assert.Null((await kept.ReadResponseAsync()).Header("Connection"));
        await kept.GetAsync("/");
        Assert.Equal("HTTP/1.1 200 OK", (await kept.ReadResponseAsync()).StatusLine);
        Assert.DoesNotContain(setup.Gateway.Output.Messages, message => message.StartsWith("Requests served", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delay_Over_ListenersCloseAndManagementStaysToTheEnd()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "00:00:00.300", "Timeout": "00:01:00" } """);
        setup.Backend.SetHang(true);
        var answer = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);

        setup.Gateway.Signal();
        var initiated = await setup.Gateway.Output.WaitForMessageAsync("Shutdown initiated");
        var draining = await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(initiated.Read, draining.Read) >= TimeSpan.FromMilliseconds(250));
        Assert.True(await RawConnection.IsRefusedAsync(setup.Gateway.Traffic));
        Assert.Equal(HttpStatusCode.OK, await setup.Gateway.StatusAsync(setup.Gateway.Management, "/health/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await setup.Gateway.StatusAsync(setup.Gateway.Management, "/health/ready"));
        var metrics = await setup.Gateway.GetTextAsync(setup.Gateway.Management, "/metrics");
        Assert.Matches(@"\ngateway_draining(\{\})? 1\n", metrics);
        Assert.Matches(@"\ngateway_ready(\{\})? 0\n", metrics);
        Assert.Matches(@"\ngateway_requests_in_flight(\{\})? 1\n", metrics);

        setup.Backend.SetHang(false);
        Assert.Equal(HttpStatusCode.OK, await answer);
        Assert.Equal(0, await setup.Gateway.Exit.Soon());
    }

    [Fact]
    public async Task SecondSignal_WithinTheDelay_EndsAtOnceWithExit0()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Delay": "01:00:00" } """);
        setup.Gateway.Signal();
        await setup.Gateway.Output.WaitForMessageAsync("Shutdown initiated");

        Assert.Equal(0, await setup.Gateway.StopAsync());
        Assert.Equal("Gateway stopped", setup.Gateway.Output.Messages.Last());
    }

    [Fact]
    public async Task SecondSignal_WithARequestInFlight_CutsItAndExits1()
    {
        await using var setup = await GatewayWithBackend.StartAsync("""  "Drain": { "Timeout": "01:00:00" } """);
        setup.Backend.SetHang(true);
        var answer = setup.Gateway.StatusAsync(setup.Gateway.Traffic, "/");
        await setup.ReachesBackendAsync(1);
        setup.Gateway.Signal(Signal.Interrupt);
        await setup.Gateway.Output.WaitForMessageAsync("Draining 1 in-flight requests");

        Assert.Equal(1, await setup.Gateway.StopAsync(Signal.Interrupt));
        Assert.Null(await answer);
        Assert.Equal("Gateway stopped", setup.Gateway.Output.Messages.Last());
    }

    [Fact]
    public async Task Settings_SavedBeforeTheSignal_AreThoseOfTheDrain()
    {
        await using var gateway = await GatewayProcess.StartAsync(GatewayConfig.For(1, """  "Drain": { "Delay": "01:00:00" } """));
        File.WriteAllText(gateway.ConfigFile, GatewayConfig.For(1, """  "Drain": { "Delay": "00:00:00" } """));
        await gateway.Output.WaitForMessageAsync("Configuration 2 applied: ~settings");

        Assert.Equal(0, await gateway.StopPromptlyAsync());
    }

    [Fact]
    public async Task Signal_WhileEveryProbeHangs_EndsTheStart()
    {
        // A gateway that is not ready yet can be stopped as well. 192.0.2.0/24 answers nobody (RFC 5737).
        await using var process = ProgramProcess.Start(ProgramStart.OfAssembly(BuildOutput.Gateway,
            "--config", Path.Combine(BuildOutput.Repository, "appsettings.json"),
            "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Management:Url=http://127.0.0.1:0",
            "--ReverseProxy:Clusters:backends:Destinations:backend-1:Address=http://192.0.2.1/"));
        await process.Output.WaitForMessageAsync("Now listening on: ");

        process.Signal(Signal.Terminate);

        Assert.Equal(0, await process.ExitWithAllOutputAsync());
        Assert.Contains("Gateway stopped", process.Output.Messages);
    }
}
