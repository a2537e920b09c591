using System.Globalization;
using System.Net;
using Backend;
using Gateway.Health;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Health;

/// <summary>What TCP probes remember: results in a row, who went down first, and what traffic says of them.</summary>
public class HealthMemoryTests
{
    private const string Percent = $"{GatewayConfig.Cluster}:HealthCheck:MaxEjectedPercent";
    private const string Threshold = $"{GatewayConfig.Cluster}:HealthCheck:Tcp:UnhealthyThreshold";

    [Fact]
    public async Task Destination_BelowItsThreshold_StaysUpUntilASaveLowersIt()
    {
        var probes = new CountingProbe();
        await using var backend = await BackendServer.StartAsync(new(), Bounds.Token);
        GatewayConfig Config(int threshold) => GatewayConfig.To(new Uri($"http://127.0.0.1:{backend.Port}/")).Probing("00:00:00.010").Set(Threshold, threshold);
        await using var gateway = await SteppedGateway.StartAsync(Config(1000), services => services.AddSingleton<IConnectProbe>(probes));
        await Eventually.TrueAsync(() => probes.Ended > 0, "a first probe");

        await backend.SetRefuseAsync(on: true, Bounds.Token);
        var before = probes.Ended;
        await Eventually.TrueAsync(() => probes.Ended > before + 20, "twenty probes that failed");
        Assert.DoesNotContain(gateway.Factory.Logs.All, line => line.Contains("is DOWN", StringComparison.Ordinal));
        await gateway.SaveAsync(Config(2));

        await gateway.Factory.Logs.WaitForAsync("Destination d1 of cluster api is DOWN: connection refused");
    }

    [Fact]
    public async Task MaxEjectedPercent_KeepsTheLatestIn_UntilASaveRaisesIt()
    {
        using var first = new RefusingPort();
        using var second = new RefusingPort();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        GatewayConfig Config(int percent) => GatewayConfig.To(first.Address, second.Address, backend.Address)
            .Probing().WithoutRetries().WithoutBreaker().InOrder().Set(Percent, percent);
        await using var gateway = await SteppedGateway.StartAsync(Config(34));
        await gateway.Factory.Logs.WaitForAsync("stays in although it is down: MaxEjectedPercent of 34 leaves 1 of 3 out");
        await gateway.Factory.Logs.WaitForAsync("d1 of cluster api is DOWN");
        await gateway.Factory.Logs.WaitForAsync("d2 of cluster api is DOWN");

        using (var refused = await gateway.Factory.GetAsync("/x"))
            Assert.Contains("Backend unreachable", await refused.TextAsync(), StringComparison.Ordinal);
        var healthy = (await gateway.Factory.ScrapeAsync()).Find("gateway_destination_healthy").Select(sample => sample.Value);
        Assert.Equal([0, 0, 1], healthy.Order());
        await gateway.SaveAsync(Config(67));

        await Eventually.TrueAsync(async () => (await gateway.Factory.GetAsync("/x")).StatusCode == HttpStatusCode.OK, "both are out");
        Assert.Single(gateway.Factory.Logs.All, line => line.Contains("stays in although", StringComparison.Ordinal));
        await gateway.SaveAsync(Config(0));
        await Eventually.TrueAsync(async () => (await gateway.Factory.GetAsync("/x")).StatusCode == HttpStatusCode.BadGateway, "none is out");
    }

    [Fact]
    public async Task Traffic_ThatFailsWhileTheProbesSayUp_IsToldAndCountedOnce()
    {
        var clock = new JumpingClock();
        await using var backend = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Probing().WithoutRetries().WithoutBreaker(), clock);
        await Eventually.TrueAsync(() => backend.Connections > 0, "a probe");
        Assert.Empty((await gateway.ScrapeAsync()).Find("gateway_health_contradictions_total"));

        await FailAsync(gateway, 5);
        Assert.Equal(0, await CountAsync(gateway, "probe_up_traffic_failing"));
        clock.Jump(TimeSpan.FromSeconds(12));
        await FailAsync(gateway, 5);

        // For how long, the machine has a say in as well.
        await gateway.Logs.WaitForAsync("Warning Destination d1 of cluster api is UP to its probes, but its last 6 requests over 1");
        Assert.Single(gateway.Logs.All, line => line.Contains("to its probes", StringComparison.Ordinal));
        Assert.Equal(1, await CountAsync(gateway, "probe_up_traffic_failing"));
        Assert.Equal(0, await CountAsync(gateway, "probe_down_traffic_succeeding"));
    }

    [Fact]
    public async Task Traffic_ThatFailsUnderAnOpenCircuit_IsToldByTheCircuitsProbe()
    {
        var clock = new JumpingClock();
        await using var backend = ScriptedBackend.Start(Scripts.CloseUnanswered);
        await using var gateway = await StartAsync(GatewayConfig.To(backend.Address).Probing().WithoutRetries().Breaker(5, "00:00:10"), clock);
        await Eventually.TrueAsync(() => backend.Connections > 0, "a probe");

        await FailAsync(gateway, 20);
        clock.Jump(TimeSpan.FromSeconds(11));
        await FailAsync(gateway, 1);

        await gateway.Logs.WaitForAsync("its last 6 requests over 1");
    }

    [Fact]
    public async Task Traffic_ThatSucceedsWhileTheProbesSayDown_IsToldAndCountedOnce()
    {
        var clock = new JumpingClock();
        await using var backend = ScriptedBackend.Start(Scripts.Serve());
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(backend.Address).Probing().Set($"{GatewayConfig.Cluster}:HealthCheck:AvailableDestinationsPolicy", "HealthyOrPanic"), services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                services.AddSingleton<IConnectProbe, BlockedProbe>();
            });
        await gateway.Logs.WaitForAsync("Destination d1 of cluster api is DOWN: unreachable");

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("ok", await gateway.GetTextAsync("/x"));
            clock.Jump(TimeSpan.FromSeconds(4));
        }

        await gateway.Logs.WaitForAsync("Warning Destination d1 of cluster api is DOWN to its probes (unreachable), but 5 requests to it succeeded over ");
        Assert.Single(gateway.Logs.All, line => line.Contains("to its probes", StringComparison.Ordinal));
        Assert.Equal(1, await CountAsync(gateway, "probe_down_traffic_succeeding"));
    }

    [Fact]
    public async Task Reloads_ThatAddAndRemoveDestinations_LeaveNoProbeAndNoSocket()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Sockets are counted in /proc.");
        var probes = new CountingProbe();
        using var silent = await SilentPort.OpenAsync();
        var others = Connecting(silent.Address.Port);
        GatewayConfig Config(int destinations) => GatewayConfig.To(Enumerable.Repeat(silent.Address, destinations).ToArray()).Probing(timeout: "01:00:00");
        await using var gateway = await SteppedGateway.StartAsync(Config(1), services => services.AddSingleton<IConnectProbe>(probes));

        for (var i = 0; i < 50; i++)
        {
            await gateway.SaveAsync(Config(5));
            await Eventually.EqualAsync(5, () => probes.Pending);
            await gateway.SaveAsync(Config(1));
            await Eventually.EqualAsync(1, () => probes.Pending);
        }

        Assert.Equal(101, gateway.Version);
        Assert.Equal(201, probes.Ended + 1);
        await Eventually.EqualAsync(others + 1, () => Connecting(silent.Address.Port));
    }

    private static Task<GatewayFactory> StartAsync(GatewayConfig config, JumpingClock clock) =>
        GatewayFactory.StartAsync(config, services => services.AddSingleton<TimeProvider>(clock));

    private static async Task FailAsync(GatewayFactory gateway, int times)
    {
        for (var i = 0; i < times; i++)
        {
            using var response = await gateway.GetAsync("/x");
            Assert.InRange((int)response.StatusCode, 502, 503);
        }
    }

    private static async Task<double> CountAsync(GatewayFactory gateway, string kind) => (await gateway.ScrapeAsync())
        .Value("gateway_health_contradictions_total", ("cluster", "api"), ("destination", "d1"), ("kind", kind));

    // Sockets whose connection to that port nobody has answered yet, in the kernel's table.
    private static int Connecting(int port) => File.ReadLines("/proc/self/net/tcp").Concat(File.ReadLines("/proc/self/net/tcp6")).Skip(1)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Count(columns => columns.Length > 3 && columns[3] == "02" && columns[2].EndsWith($":{port.ToString("X4", CultureInfo.InvariantCulture)}", StringComparison.Ordinal));

    // As a firewall does it that lets requests through on connections that were there before.
    private sealed class BlockedProbe : IConnectProbe
    {
        public Task<string?> TryConnectAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken) => Task.FromResult<string?>("unreachable");
    }
}
