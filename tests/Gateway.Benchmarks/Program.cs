using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Running;
using Gateway.Benchmarks.Reload;

namespace Gateway.Benchmarks;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["reload", .. var plan])
            return await ReloadMeasurement.RunAsync(ReloadPlan.Parse(plan));
        BenchmarkSwitcher
            .FromAssembly(typeof(Program).Assembly)
            .Run(args, DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default));
        return 0;
    }
}
