using Gateway.Configuration;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.Configuration;

/// <summary>A running gateway tells each contradiction once, for as long as it stands.</summary>
public sealed class AdviceLogTests
{
    private const string Probe = "Warning Advice on Gateway:ClusterDefaults:HealthCheck:Tcp:Timeout: a probe's Timeout of 2 s is longer than its Interval of 1 s";
    private const string Queue = $"Warning Advice on {GatewayConfig.Cluster}:Pool:QueueTimeout: a QueueTimeout of 0 s lets nobody wait";

    [Fact]
    public async Task Start_WithAContradiction_LogsIt_AndASaveOnlyWhatIsNew()
    {
        await using var gateway = await GatewayFactory.StartAsync(Contradicting());
        Assert.Equal(1, Told(gateway, Probe));

        gateway.Save(Contradicting().Permits(8, queue: 4, queueTimeout: "00:00:00").ToString());
        await gateway.Logs.WaitForAsync(Queue);
        Assert.Equal(["Gateway:ClusterDefaults:HealthCheck:Tcp:Timeout", $"{GatewayConfig.Cluster}:Pool:QueueTimeout"], Paths(gateway));

        gateway.Save(Contradicting().Permits(8).ToString());
        await Eventually.TrueAsync(() => Paths(gateway).Length == 1, "the mended queue");

        Assert.Equal((1, 1), (Told(gateway, Probe), Told(gateway, Queue)));
        gateway.Save(Contradicting().Permits(8, queue: 4, queueTimeout: "00:00:00").ToString());
        await Eventually.TrueAsync(() => Told(gateway, Queue) == 2, "the queue that was broken again");
        Assert.Equal(1, Told(gateway, Probe));
    }

    [Fact]
    public async Task Save_OfAFaultyFile_LeavesTheAdviceOfWhatStaysInForce()
    {
        await using var gateway = await GatewayFactory.StartAsync(Contradicting());

        gateway.Save(Contradicting().Permits(8, queue: 4, queueTimeout: "00:00:00").Set("Gateway:Unknown", 1).ToString());
        await gateway.Logs.WaitForAsync("Configuration rejected, 1 stays in force");

        Assert.Equal(["Gateway:ClusterDefaults:HealthCheck:Tcp:Timeout"], Paths(gateway));
        Assert.Equal(0, Told(gateway, Queue));
    }

    private static GatewayConfig Contradicting() => GatewayConfig.To(new Uri("http://127.0.0.1:1/")).Probing(interval: "00:00:01", timeout: "00:00:02");

    private static int Told(GatewayFactory gateway, string warning) => gateway.Logs.All.Count(line => line.StartsWith(warning, StringComparison.Ordinal));

    private static string[] Paths(GatewayFactory gateway) =>
        [.. gateway.Services.GetRequiredService<ConfigurationAdvice>().InForce.Select(advice => advice.Path)];
}
