using System.Runtime.CompilerServices;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy;

namespace Gateway.IntegrationTests.Configuration.Reload;

/// <summary>What measures the process's memory runs when nothing else runs in it.</summary>
[CollectionDefinition(nameof(ReloadMemoryTests), DisableParallelization = true)]
public sealed class AloneInTheProcess;

/// <summary>A configuration that was replaced leaves nothing behind.</summary>
[Collection(nameof(ReloadMemoryTests))]
public sealed class ReloadMemoryTests
{
    // Five stretches of 200 after the first 200: the middle one knows nothing of what happens once, such as code that is compiled anew.
    private const int Stretches = 5;
    private const int Reloads = 200;

    // An HTTP client, a snapshot or its keys are several times as much.
    private const int BytesPerReload = 800;

    [Fact]
    public async Task Memory_OverAThousandReloads_StaysFlat()
    {
        await using var backend = ScriptedBackend.Start(ServeOnce);
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, 0));

        await AssertFlatAsync(gateway, number => ReloadAsync(gateway, backend, number));

        Assert.Equal(1 + (Stretches + 1) * Reloads, gateway.Version);
    }

    [Fact]
    public async Task Memory_OverAThousandRejectedSaves_StaysFlat()
    {
        await using var backend = ScriptedBackend.Start(ServeOnce);
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, 0));

        await AssertFlatAsync(gateway, number => gateway.SaveAsync(Config(backend, number).Set("ReverseProxy:Routes:changed:ClusterId", $"missing-{number % 10}")));

        Assert.Equal(1, gateway.Version);
        Assert.Equal((Stretches + 1) * Reloads, (await gateway.Factory.ScrapeAsync()).Value("gateway_config_reloads_total", ("outcome", "rejected")));
    }

    [Fact]
    public async Task Snapshot_Replaced_IsCollected()
    {
        await using var backend = ScriptedBackend.Start(ServeOnce);
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, 0));
        var retired = new List<WeakReference>();

        for (var i = 1; i <= 10; i++)
        {
            retired.Add(InForce(gateway));
            await gateway.SaveAsync(Config(backend, i));
            (await gateway.Factory.GetAsync("/kept")).Dispose();
        }

        await AssertCollectedAsync(retired);
    }

    [Fact]
    public async Task HttpClient_Replaced_IsCollected()
    {
        await using var backend = ScriptedBackend.Start(ServeOnce);
        await using var gateway = await SteppedGateway.StartAsync(Config(backend, 0));
        var retired = new List<WeakReference>();

        for (var i = 1; i <= 10; i++)
        {
            retired.Add(ClientOf(gateway, "changed"));
            await gateway.SaveAsync(Config(backend, i));
            (await gateway.Factory.GetAsync("/changed")).Dispose();
        }

        await AssertCollectedAsync(retired);
    }

    // By itself, so that no register of the test's keeps what is to be collected.
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static WeakReference InForce(SteppedGateway gateway) => new(gateway.Store.Current);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ClientOf(SteppedGateway gateway, string cluster)
    {
        Assert.True(gateway.Factory.Services.GetRequiredService<IProxyStateLookup>().TryGetCluster(cluster, out var state));
        return new(state!.Model.HttpClient);
    }

    internal static Task AssertCollectedAsync(IReadOnlyList<WeakReference> retired) => Eventually.TrueAsync(() =>
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return retired.All(reference => !reference.IsAlive);
    }, "what was replaced is collected");

    private static async Task AssertFlatAsync(SteppedGateway gateway, Func<int, Task> save)
    {
        var grown = new List<long>();
        var before = 0L;
        for (var stretch = 0; stretch <= Stretches; stretch++)
        {
            for (var i = 1; i <= Reloads; i++)
                await save(stretch * Reloads + i);
            // The test itself keeps every line that was logged.
            var logged = gateway.Factory.Logs.All.Sum(line => 2L * line.Length + 100);
            var after = GC.GetTotalMemory(forceFullCollection: true) - logged;
            if (stretch > 0)
                grown.Add(after - before);
            before = after;
        }
        grown.Sort();
        TestContext.Current.TestOutputHelper?.WriteLine($"grown by {string.Join(", ", grown)} bytes in stretches of {Reloads} saves");
        Assert.True(grown[Stretches / 2] < Reloads * BytesPerReload, $"{grown[Stretches / 2]:N0} bytes more after {Reloads} saves.");
    }

    // The connections of a client that was replaced stay for their idle time; here they end by themselves.
    private static async Task ServeOnce(ScriptedConnection connection)
    {
        await connection.ReadRequestAsync();
        await connection.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    }

    private static async Task ReloadAsync(SteppedGateway gateway, ScriptedBackend backend, int number)
    {
        await gateway.SaveAsync(Config(backend, number));
        // What is made for a request only, such as a connection, belongs to it as well.
        if (number % 50 == 0)
        {
            (await gateway.Factory.GetAsync("/changed")).Dispose();
            (await gateway.Factory.GetAsync("/kept")).Dispose();
        }
    }

    // A route and a cluster that stay; a route that changes; a client that is made anew; a cluster that comes and goes.
    private static GatewayConfig Config(ScriptedBackend backend, int number)
    {
        var config = new GatewayConfig().Route("kept", "/kept", "kept").Destinations("kept", backend.Address)
            .Route("changed", "/changed", "changed").Destinations("changed", backend.Address).Says($"{number % 7}", "changed")
            .Set("ReverseProxy:Clusters:changed:HttpClient:MaxConnectionsPerServer", number % 5 + 1)
            .Limit("Gateway:RateLimit:Global", 1_000_000 + number).Set("Gateway:AccessLog:Enabled", false);
        return number % 2 == 0 ? config
            : config.Route("passing", "/passing", "passing").Limit("ReverseProxy:Routes:passing:RateLimit", 5)
                .Destinations("passing", backend.Address, backend.Address).Probing(interval: "01:00:00");
    }
}
