using System.Diagnostics.Metrics;
using System.Reflection;
using Gateway.Configuration;
using Gateway.Telemetry;
using Gateway.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Architecture;

/// <summary>The names that dashboards and alerts rely on.</summary>
public sealed class NameTests
{
    // As Prometheus shows them: counters end in _total, durations in _seconds.
    private static readonly string[] Metrics =
    [
        "gateway_access_log_dropped_total", "gateway_certificate_expiry_timestamp_seconds", "gateway_circuit_state", "gateway_config_last_reload_successful", "gateway_config_reloads_total",
        "gateway_config_version", "gateway_destination_healthy", "gateway_draining",
        "gateway_health_contradictions_total", "gateway_pool_permits", "gateway_pool_permits_in_use", "gateway_pool_streams_in_use",
        "gateway_rate_limit_clients", "gateway_rate_limit_tokens", "gateway_ready", "gateway_rejections_total", "gateway_request_duration_seconds",
        "gateway_requests_in_flight", "gateway_requests_total", "gateway_retries_total", "gateway_unreadable_requests_total", "gateway_upstream_duration_seconds",
        "gateway_upstream_errors_total",
    ];

    [Fact]
    public void EventIds_OfAllLogLines_AreUnique()
    {
        var messages = Messages();

        Assert.Equal(messages.Count, messages.Select(message => message.EventId).Distinct().Count());
        Assert.True(messages.Count > 20);
    }

    [Fact]
    public void EventIds_OfOneFolder_ShareTheirHundred() =>
        Assert.All(Messages().GroupBy(message => message.EventId / 100), hundred => Assert.Single(hundred.Select(message => message.Folder).Distinct()));

    [Fact]
    public async Task Instruments_OfTheGateway_AreTheContracts()
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == Meters.Gateway)
                names.Add(PrometheusName(instrument));
        };
        listener.Start();
        await using var app = House.Build();

        _ = app.Services.GetServices<IInstruments>().ToList();
        _ = app.Services.GetServices<IExchangeObserver>().ToList();
        _ = app.Services.GetServices<IConfigurationListener>().ToList();
        app.Services.GetRequiredService<ConfigurationMetrics>();
        app.Services.GetRequiredService<Gateway.Forwarding.ForwardingMetrics>();

        Assert.Equal(Metrics, names);
    }

    private static List<(int EventId, string Folder)> Messages() => [.. typeof(PublishedConfiguration).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Select(method => (method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId, method.DeclaringType!.Namespace))
        .Where(message => message.EventId is not null)
        .Select(message => (message.EventId!.Value, message.Namespace!))];

    private static string PrometheusName(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return instrument.Name + (instrument.Unit == "s" ? "_seconds" : "") + (type.Contains("Counter", StringComparison.Ordinal) ? "_total" : "");
    }
}
