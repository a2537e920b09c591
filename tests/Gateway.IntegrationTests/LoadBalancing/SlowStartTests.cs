using Backend;
using Gateway.Health;
using Gateway.IntegrationTests.Support;
using Gateway.LoadBalancing;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.IntegrationTests.LoadBalancing;

/// <summary>A backend that comes up while another one serves: real probes, and shares on a clock of the test's.</summary>
public class SlowStartTests
{
    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task Destination_ThatComesUp_BeginsWithATenthAndGrowsToTheWhole()
    {
        await using var first = await BackendServer.StartAsync(new(), Bounds.Token);
        await using var second = await BackendServer.StartAsync(new(), Bounds.Token);
        await second.SetRefuseAsync(on: true, Bounds.Token);
        await using var gateway = await GatewayFactory.StartAsync(
            GatewayConfig.To(AddressOf(first), AddressOf(second)).Probing().Set($"{GatewayConfig.Defaults}:SlowStart", "00:01:00"), OnTheClock);
        await gateway.Logs.WaitForAsync("Destination d2 of cluster api is DOWN");
        _clock.Advance(TimeSpan.FromHours(1));

        await second.SetRefuseAsync(on: false, Bounds.Token);
        await gateway.Logs.WaitForAsync("Destination d2 of cluster api is UP");
        await Eventually.TrueAsync(async () => await gateway.GetTextAsync("/x") == $"{second.Name}\n", "d2 gets requests");

        Assert.Equal(10, await CountAsync(gateway, second, of: 110));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(40, await CountAsync(gateway, second, of: 120));
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(60, await CountAsync(gateway, second, of: 120));
    }

    private void OnTheClock(IServiceCollection services) => services.AddSingleton(new UpTimes(_clock))
        .AddSingleton(all => new Rosters(all.GetServices<IDestinationGate>(), _clock, all.GetRequiredService<UpTimes>()));

    private static Uri AddressOf(BackendServer backend) => new($"http://127.0.0.1:{backend.Port}/");

    private static async Task<int> CountAsync(GatewayFactory gateway, BackendServer backend, int of)
    {
        var count = 0;
        for (var i = 0; i < of; i++)
            count += await gateway.GetTextAsync("/x") == $"{backend.Name}\n" ? 1 : 0;
        return count;
    }

    private sealed class SteppedClock : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _now);

        public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks);
    }
}
