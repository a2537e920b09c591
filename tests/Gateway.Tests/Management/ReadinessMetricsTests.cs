using Gateway.Management;
using Gateway.Tests.Support;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Management;

public sealed class ReadinessMetricsTests
{
    [Fact]
    public void Ready_AsConditionsComeAndGo_IsWhatTheySay()
    {
        using var meters = new TestMeters();
        var application = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var condition = new Condition();
        _ = new ReadinessMetrics(meters, new Readiness([condition], application));

        meters.Observe();
        application.NotifyStarted();
        meters.Observe();
        condition.NotReadyBecause = "it waits";
        meters.Observe();

        Assert.Equal(["gateway_ready{} 0", "gateway_ready{} 1", "gateway_ready{} 0"], meters.Measured);
    }

    private sealed class Condition : IReadiness
    {
        public string? NotReadyBecause { get; set; }
    }
}
