using System.Diagnostics.Metrics;
using Gateway.Telemetry;

namespace Gateway.Management;

/// <summary>Whether the gateway takes requests, as <c>/health/ready</c> says it.</summary>
internal sealed class ReadinessMetrics
{
    public ReadinessMetrics(IMeterFactory meters, Readiness readiness) => meters.Create(Meters.Gateway).CreateObservableGauge("gateway_ready",
        () => readiness.Reasons.Length == 0 ? 1 : 0, description: "1 when the gateway takes requests, 0 when it is not ready or drains.");
}
