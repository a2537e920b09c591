using System.ComponentModel;
using System.Globalization;
using Gateway.Chaos.Backends;
using Gateway.Chaos.Scenarios;

namespace Gateway.Benchmarks.Chaos;

/// <summary>Runs the scenarios of the chaos tests against the gateway and its peers and prints a Markdown table.</summary>
internal static class ChaosComparison
{
    // As the tests have it, so that the random scenario is the same for everybody.
    private const int Seed = 20_251;

    // Who has failed no request for so long has recovered.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(ChaosPlan plan)
    {
        try
        {
            var rows = new List<IReadOnlyList<SceneReport>>();
            foreach (var scenario in plan.Scenarios)
            {
                var row = new List<SceneReport>();
                foreach (var proxy in plan.Proxies)
                    row.Add(await RunAsync(plan, scenario, proxy));
                rows.Add(row);
            }
            Print(plan, rows);
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or Win32Exception or TimeoutException)
        {
            await Console.Error.WriteLineAsync($"chaos: {error.Message}");
            return 1;
        }
    }

    private static async Task<SceneReport> RunAsync(ChaosPlan plan, Scenario scenario, string proxy)
    {
        await using var fleet = await Fleet.StartAsync(plan.Backend);
        using var process = await ProxyProcess.StartAsync(plan, proxy, fleet);
        var report = await scenario.RunAsync(fleet, process.Port, new() { Length = plan.Length, Seed = Seed, Recovered = static load => load.CalmAsync(Quiet) });
        await Console.Error.WriteLineAsync($"{proxy}, {report}");
        return report;
    }

    private static void Print(ChaosPlan plan, List<IReadOnlyList<SceneReport>> rows)
    {
        Console.WriteLine($"| scenario | {string.Join(" | ", plan.Proxies)} |");
        Console.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---|", plan.Proxies.Count))}");
        foreach (var row in rows)
            Console.WriteLine($"| {row[0].Scenario.Name} | {string.Join(" | ", row.Select(Cell))} |");
    }

    private static string Cell(SceneReport report)
    {
        var cell = string.Create(CultureInfo.InvariantCulture,
            $"{report.Tally.FailedGets.Count()} / {report.Tally.FailedPosts.Count()} / {report.DeliveredTwice.Count()} of {report.Tally.Requests:N0}");
        return report.FailedAfterBack is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{cell}, back after {seconds:0.0} s") : cell;
    }
}
