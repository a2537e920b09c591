namespace Gateway.IntegrationTests.Telemetry;

/// <summary>A metric as dashboards rely on it.</summary>
/// <param name="Name">As Prometheus shows it.</param>
/// <param name="Type">counter, gauge or histogram.</param>
/// <param name="Labels">Its labels, a histogram's <c>le</c> aside.</param>
public sealed record MetricRow(string Name, string Type, params string[] Labels)
{
    public override string ToString() => Name;
}

/// <summary>Every metric of the gateway's own: a scrape after traffic has all of these and no others.</summary>
internal static class MetricTable
{
    public static readonly IReadOnlyList<MetricRow> Rows =
    [
        new("gateway_requests_total", "counter", "route", "cluster", "destination", "code"),
        new("gateway_request_duration_seconds", "histogram", "route", "cluster"),
        new("gateway_upstream_duration_seconds", "histogram", "cluster", "destination"),
        new("gateway_upstream_errors_total", "counter", "cluster", "destination", "error"),
        new("gateway_retries_total", "counter", "cluster", "outcome"),
        new("gateway_rejections_total", "counter", "gate", "scope"),
        new("gateway_unreadable_requests_total", "counter", "code"),
        new("gateway_ready", "gauge"),
        new("gateway_requests_in_flight", "gauge"),
        new("gateway_pool_permits", "gauge", "cluster", "destination"),
        new("gateway_pool_permits_in_use", "gauge", "cluster", "destination"),
        new("gateway_pool_streams_in_use", "gauge", "cluster", "destination"),
        new("gateway_destination_healthy", "gauge", "cluster", "destination"),
        new("gateway_health_contradictions_total", "counter", "cluster", "destination", "kind"),
        new("gateway_circuit_state", "gauge", "cluster", "destination"),
        new("gateway_rate_limit_tokens", "gauge", "scope", "route"),
        new("gateway_rate_limit_clients", "gauge"),
        new("gateway_config_version", "gauge"),
        new("gateway_config_reloads_total", "counter", "outcome"),
        new("gateway_config_last_reload_successful", "gauge"),
        new("gateway_draining", "gauge"),
        new("gateway_access_log_dropped_total", "counter"),
    ];
}
