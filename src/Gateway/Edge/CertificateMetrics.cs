using System.Diagnostics.Metrics;
using Gateway.Telemetry;

namespace Gateway.Edge;

/// <summary>When the certificates of the listeners expire.</summary>
internal sealed class CertificateMetrics
{
    public CertificateMetrics(IMeterFactory meters, ListenerCertificates certificates) => meters.Create(Meters.Gateway).CreateObservableGauge(
        "gateway_certificate_expiry_timestamp",
        () => certificates.Expiries.Select(static expiry => new Measurement<double>(expiry.At.ToUnixTimeSeconds(), new KeyValuePair<string, object?>("endpoint", expiry.Endpoint))),
        "s", "When the first of an endpoint's certificates expires, in seconds since 1970.");
}
