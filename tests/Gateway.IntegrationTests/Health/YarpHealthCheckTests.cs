using System.Net;
using Gateway.IntegrationTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Health;

namespace Gateway.IntegrationTests.Health;

/// <summary>YARP's own active and passive checks, each alone and beside the TCP probes.</summary>
public class YarpHealthCheckTests
{
    private const string Active = $"{GatewayConfig.Cluster}:HealthCheck:Active";
    private const string Passive = $"{GatewayConfig.Cluster}:HealthCheck:Passive";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ActiveCheck_OfABackendThatAnswers500_TakesItOutAndBringsItBack(bool besideTcp)
    {
        var one = new Switch();
        await using var first = ScriptedBackend.Start(one.ServeAsync);
        await using var second = ScriptedBackend.Start(Scripts.Serve("second"));
        await using var gateway = await GatewayFactory.StartAsync(Actively(To(besideTcp, first.Address, second.Address)));
        Assert.Equal("first", await gateway.GetTextAsync("/x"));

        one.Sick = true;
        await EventuallyServesAsync(gateway, "second");
        Assert.Equal(0, await HealthyAsync(gateway, "d1"));
        Assert.Equal(1, await HealthyAsync(gateway, "d2"));
        one.Sick = false;

        await EventuallyServesAsync(gateway, "first");
        Assert.Equal(1, await HealthyAsync(gateway, "d1"));
        Assert.Contains(first.Received, request => request.Target == "/up");
    }

    [Fact]
    public async Task ActiveCheck_OfTheOnlyBackend_LeavesNoHealthyOne()
    {
        var one = new Switch { Sick = true };
        await using var backend = ScriptedBackend.Start(one.ServeAsync);
        await using var gateway = await GatewayFactory.StartAsync(Actively(To(besideTcp: true, backend.Address)));

        await Eventually.TrueAsync(async () => (await TextAsync(gateway)).Contains("No healthy backends", StringComparison.Ordinal), "the active check has found it down");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PassiveCheck_OfABackendThatFails_TakesItOutAndBringsItBack(bool besideTcp)
    {
        var one = new Switch { Broken = true };
        await using var first = ScriptedBackend.Start(one.ServeAsync);
        await using var second = ScriptedBackend.Start(Scripts.Serve("second"));
        await using var gateway = await StartPassiveAsync(To(besideTcp, first.Address, second.Address).WithoutRetries());

        // As many as the policy needs to judge by.
        for (var i = 0; i < 10; i++)
            Assert.Contains("Backend closed the connection", await TextAsync(gateway), StringComparison.Ordinal);
        // YARP judges with the request and takes out a moment later.
        await EventuallyServesAsync(gateway, "second");
        Assert.Equal(0, await HealthyAsync(gateway, "d1"));
        one.Broken = false;

        await Eventually.TrueAsync(async () => await TextAsync(gateway) == "first", "it is back");
        Assert.Equal(1, await HealthyAsync(gateway, "d1"));
    }

    [Fact]
    public async Task PassiveCheck_OfAttemptsThatAreRetried_JudgesEachByItself()
    {
        var one = new Switch { Broken = true };
        await using var first = ScriptedBackend.Start(one.ServeAsync);
        await using var second = ScriptedBackend.Start(Scripts.Serve("second"));
        await using var gateway = await StartPassiveAsync(To(besideTcp: false, first.Address, second.Address), window: "00:01:00");

        // As many as the policy needs to judge by.
        for (var i = 0; i < 10; i++)
            Assert.Equal("second", await TextAsync(gateway));

        Assert.Equal(0, await HealthyAsync(gateway, "d1"));
        Assert.Equal(1, await HealthyAsync(gateway, "d2"));
        Assert.Equal(10, first.Requests);
    }

    [Fact]
    public async Task AllChecksTogether_EachTakeOutWhatTheyFind_WithinTheLimit()
    {
        var (sick, broken) = (new Switch { Sick = true }, new Switch { Broken = true });
        using var refusing = new RefusingPort();
        await using var first = ScriptedBackend.Start(sick.ServeAsync);
        await using var third = ScriptedBackend.Start(broken.ServeAsync);
        await using var last = ScriptedBackend.Start(Scripts.Serve("last"));
        await using var gateway = await StartPassiveAsync(
            Actively(To(besideTcp: true, first.Address, refusing.Address, third.Address, last.Address)).WithoutRetries()
                .Set($"{GatewayConfig.Cluster}:HealthCheck:MaxEjectedPercent", 50), window: "00:01:00");
        await Eventually.EqualAsync(0, () => HealthyAsync(gateway, "d1").GetAwaiter().GetResult());
        await Eventually.EqualAsync(0, () => HealthyAsync(gateway, "d2").GetAwaiter().GetResult());

        for (var i = 0; i < 15; i++)
            Assert.Contains("Backend closed the connection", await TextAsync(gateway), StringComparison.Ordinal);

        Assert.Equal(0, await HealthyAsync(gateway, "d3"));
        await gateway.Logs.WaitForAsync("Destination d3 of cluster api stays in although it is down: MaxEjectedPercent of 50 leaves 2 of 4 out");
    }

    private static GatewayConfig To(bool besideTcp, params Uri[] destinations)
    {
        var config = GatewayConfig.To(destinations).InOrder().WithoutBreaker();
        return besideTcp ? config.Probing() : config;
    }

    private static GatewayConfig Actively(GatewayConfig config) => config.Set($"{Active}:Enabled", true).Set($"{Active}:Path", "/up")
        .Set($"{Active}:Policy", HealthCheckConstants.ActivePolicy.ConsecutiveFailures).Set($"{Active}:Interval", "00:00:00.050").Set($"{Active}:Timeout", "00:00:05");

    private static Task<GatewayFactory> StartPassiveAsync(GatewayConfig config, string window = "00:00:05") => GatewayFactory.StartAsync(
        config.Set($"{Passive}:Enabled", true).Set($"{Passive}:Policy", HealthCheckConstants.PassivePolicy.TransportFailureRate).Set($"{Passive}:ReactivationPeriod", "00:00:07"),
        // Who is brought back before its failures are out of the policy's window is taken out again by its first request.
        services => services.Configure<TransportFailureRateHealthPolicyOptions>(options => options.DetectionWindowSize = TimeSpan.Parse(window, null)));

    private static async Task<string> TextAsync(GatewayFactory gateway)
    {
        using var response = await gateway.GetAsync("/x");
        return await response.TextAsync();
    }

    private static Task EventuallyServesAsync(GatewayFactory gateway, string body) =>
        Eventually.TrueAsync(async () => await TextAsync(gateway) == body, $"'{body}' serves");

    private static async Task<double> HealthyAsync(GatewayFactory gateway, string destination) =>
        (await gateway.ScrapeAsync()).Value("gateway_destination_healthy", ("cluster", "api"), ("destination", destination));

    // A backend whose own word of its health, and whose health, the test decides.
    private sealed class Switch
    {
        private volatile bool _sick;
        private volatile bool _broken;

        public bool Sick
        {
            get => _sick;
            set => _sick = value;
        }

        public bool Broken
        {
            get => _broken;
            set => _broken = value;
        }

        public async Task ServeAsync(ScriptedConnection connection)
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                if (request.Target == "/up")
                    await connection.AnswerAsync("", Sick ? (int)HttpStatusCode.InternalServerError : (int)HttpStatusCode.OK);
                else if (Broken)
                    return;
                else
                    await connection.AnswerAsync("first");
            }
        }
    }
}
