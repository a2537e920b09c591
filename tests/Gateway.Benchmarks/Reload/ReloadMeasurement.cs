using System.Diagnostics;
using System.Globalization;

namespace Gateway.Benchmarks.Reload;

/// <summary>What to measure.</summary>
internal sealed record ReloadPlan(string Gateway, int Routes, int Saves, int Seconds, int Clients)
{
    public static ReloadPlan Parse(string[] arguments) => arguments is [var gateway, .. var numbers] && numbers.Length == 4
        ? new(gateway, Number(numbers[0]), Number(numbers[1]), Number(numbers[2]), Number(numbers[3]))
        : throw new ArgumentException("reload GATEWAY ROUTES SAVES SECONDS CLIENTS; see reload.sh");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>Measures checking, starting and reloading a large configuration, the gateway in a process of its own.</summary>
internal sealed class ReloadMeasurement(ReloadPlan plan, bool probes, string file) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private readonly int _traffic = LocalBackend.FreePort();
    private readonly int _management = LocalBackend.FreePort();

    public static async Task<int> RunAsync(ReloadPlan plan)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-reload-");
        try
        {
            Console.WriteLine($"{plan.Routes} routes and clusters, {plan.Clients} clients, {Environment.ProcessorCount} processors");
            foreach (var probes in (bool[])[true, false])
            {
                using var measurement = new ReloadMeasurement(plan, probes, Path.Combine(folder.FullName, "gateway.json"));
                await measurement.MeasureAsync();
            }
            return 0;
        }
        catch (InvalidOperationException error)
        {
            await Console.Error.WriteLineAsync($"reload: {error.Message}");
            return 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task MeasureAsync()
    {
        using var backend = new LocalBackend();
        var configuration = new LargeConfiguration(plan.Routes, backend.Port, _traffic, _management, probes);
        await File.WriteAllTextAsync(file, configuration.Text(0));
        Console.WriteLine($"\nTCP probes {(probes ? "on" : "off")}, {new FileInfo(file).Length >> 10} KiB");
        if (probes)
            await ValidateAsync();
        var began = Stopwatch.GetTimestamp();
        using var gateway = GatewayUnderTest.Start(plan.Gateway, "run", "--config", file);
        Row("start to ready", await gateway.UntilAsync(_client, LocalBackend.UriOf(_management, "/health/ready"), static response => response.IsSuccessStatusCode, began));
        await gateway.UntilAsync(_client, LocalBackend.UriOf(_traffic, LargeConfiguration.Kept), static response => response.IsSuccessStatusCode, began);

        // Twice, the first time only to be warm.
        await LatenciesWhileAsync(static () => Task.Delay(2_000));
        var quiet = await LatenciesWhileAsync(() => Task.Delay(TimeSpan.FromSeconds(plan.Seconds)));
        var reloads = new List<double>();
        var busy = await LatenciesWhileAsync(async () =>
        {
            for (var save = 1; save <= plan.Saves; save++)
                reloads.Add((await SaveAsync(gateway, configuration, save)).TotalSeconds);
        });
        reloads.Sort();
        Row("save to changed answer, median", TimeSpan.FromSeconds(reloads[reloads.Count / 2]));
        Row("save to changed answer, worst", TimeSpan.FromSeconds(reloads[^1]));
        Tell("latency without a save", quiet);
        Tell("latency during saves", busy);
        Console.WriteLine($"{"latency, median, ratio",-34} {At(busy, 0.5) / At(quiet, 0.5),10:0.00}");
        Console.WriteLine($"{"memory after all",-34} {gateway.Memory,10} MiB");
    }

    private async Task ValidateAsync()
    {
        var began = Stopwatch.GetTimestamp();
        using var validate = GatewayUnderTest.Start(plan.Gateway, "validate", "--config", file);
        if (await validate.ExitAsync() != 0)
            throw new InvalidOperationException("The configuration is not valid.");
        Row("gateway validate", Stopwatch.GetElapsedTime(began));
    }

    private async Task<List<double>> LatenciesWhileAsync(Func<Task> what)
    {
        var latencies = Latencies.Start(_traffic, LargeConfiguration.Kept, plan.Clients);
        await what();
        return await latencies.EndAsync();
    }

    private async Task<TimeSpan> SaveAsync(GatewayUnderTest gateway, LargeConfiguration configuration, int save)
    {
        var text = configuration.Text(save);
        var began = Stopwatch.GetTimestamp();
        await File.WriteAllTextAsync(file + ".new", text);
        File.Move(file + ".new", file, overwrite: true);
        return await gateway.UntilAsync(_client, LocalBackend.UriOf(_traffic, LargeConfiguration.Changing),
            response => response.Headers.TryGetValues(LargeConfiguration.Header, out var values)
                && values.Contains(save.ToString(CultureInfo.InvariantCulture)), began);
    }

    private static void Row(string what, TimeSpan time) => Console.WriteLine($"{what,-34} {time.TotalSeconds,10:0.00} s");

    private static void Tell(string what, List<double> sorted) =>
        Console.WriteLine($"{what,-34} {At(sorted, 0.5),10:0.000} ms median {At(sorted, 0.99),10:0.000} ms p99 {sorted[^1],10:0.0} ms worst ({sorted.Count} requests)");

    private static double At(List<double> sorted, double part) => sorted[(int)((sorted.Count - 1) * part)];
}
