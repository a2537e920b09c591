using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;
using Gateway.Benchmarks.Chaos;
using Gateway.Benchmarks.Reload;

namespace Gateway.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["reload", .. var plan])
            return await ReloadMeasurement.RunAsync(ReloadPlan.Parse(plan));
        if (args is ["chaos", .. var comparison])
            return await ChaosComparison.RunAsync(ChaosPlan.Parse(comparison));
        if (args is ["clients", .. var clients])
            return Clients.ClientsMeasurement.Run(clients);
        BenchmarkSwitcher
            .FromAssembly(typeof(Program).Assembly)
            .Run(args, DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default));
        return 0;
    }
}
