using System.Text.Json;
using Gateway.Chaos;
using Gateway.Chaos.Backends;
using Gateway.Chaos.Scenarios;
using Gateway.IntegrationTests.Processes.Support;
using Gateway.IntegrationTests.Support;

namespace Gateway.IntegrationTests.Processes.Chaos;

/// <summary>The gateway as a process before three backends that are processes, too.</summary>
internal sealed class ChaosSetup : IAsyncDisposable
{
    private ChaosSetup(Fleet fleet, GatewayProcess gateway) => (Fleet, Gateway) = (fleet, gateway);

    public Fleet Fleet { get; }

    public GatewayProcess Gateway { get; }

    public static async Task<ChaosSetup> StartAsync(string settings, TimeSpan? responseTimeout = null)
    {
        var fleet = await Fleet.StartAsync(BuildOutput.Backend);
        try
        {
            return new(fleet, await GatewayProcess.StartAsync(GatewayConfiguration.For(0, 0, fleet, settings, responseTimeout)));
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a scenario, writes down what came of it and stops the gateway.</summary>
    public async Task<ChaosFindings> RunAsync(Scenario scenario, TimeSpan length, int seed)
    {
        var report = await scenario.RunAsync(Fleet, Gateway.Traffic.Port, new() { Length = length, Seed = seed, Recovered = _ => RecoveredAsync() });
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}\n{report}\n{Troubles}");
        await Wait.UntilAsync(async () => (await MetricsAsync()).Value("gateway_requests_in_flight") == 0, "nothing is in flight");
        var metrics = await MetricsAsync();
        Assert.Equal(0, await Gateway.StopPromptlyAsync());
        return new ChaosFindings(report, metrics, [.. Gateway.Output.All.Where(line => line.Message is null).Select(line => JsonDocument.Parse(line.Text).RootElement)]);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Fleet.DisposeAsync();
    }

    // What the gateway noticed of it, to be read when a request was lost.
    private string Troubles => string.Join('\n', Gateway.Output.All
        .Where(line => line.Message is { } message && (message.Contains("ircuit", StringComparison.Ordinal) || message.StartsWith("Destination", StringComparison.Ordinal)))
        .Select(line => line.Text[..Math.Min(line.Text.Length, 240)]));

    private Task RecoveredAsync() => Wait.UntilAsync(async () =>
    {
        var metrics = await MetricsAsync();
        return metrics.Find("gateway_destination_healthy").All(sample => sample.Value == 1) && metrics.Find("gateway_circuit_state").All(sample => sample.Value == 0);
    }, "every destination is healthy and every circuit closed");

    private async Task<MetricsPage> MetricsAsync() => MetricsPage.Parse(await Gateway.GetTextAsync(Gateway.Management, "/metrics"));
}
