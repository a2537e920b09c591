using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Telemetry;
using Gateway.Telemetry.Scraping;

namespace Gateway.Forwarding;

/// <summary>What backends take and how they fail.</summary>
internal sealed class ForwardingMetrics
{
    private readonly Histogram<double> _duration;
    private readonly LiveCounters<(DestinationId Id, string Error)> _errors;
    private readonly LiveCounters<(string Cluster, string Outcome)> _retries;

    public ForwardingMetrics(IMeterFactory meters, LiveIds live)
    {
        _errors = new(key => live.Have("", key.Id.Cluster, key.Id.Destination),
            static key => [new("cluster", key.Id.Cluster), new("destination", key.Id.Destination), new("error", key.Error)]);
        _retries = new(key => live.Have("", key.Cluster, ""), static key => [new("cluster", key.Cluster), new("outcome", key.Outcome)]);
        var meter = meters.Create(Meters.Gateway);
        _duration = meter.CreateHistogram<double>(MetricViews.DestinationDuration, "s", "From the start of an attempt to its response's headers.");
        meter.CreateObservableCounter("gateway_upstream_errors", _errors.Measure, description: "Attempts that came to nothing, by the error of the Proxy-Status header.");
        meter.CreateObservableCounter("gateway_retries", _retries.Measure, description: "Attempts after the first, by outcome, and those that the budget did not allow.");
    }

    public void Answered(string cluster, string destination, TimeSpan duration)
    {
        if (_duration.Enabled)
            _duration.Record(duration.TotalSeconds, new("cluster", cluster), new("destination", destination));
    }

    public void Failed(Exchange exchange, UpstreamFailure failure)
    {
        if (failure.Refusal is { Gate: "upstream" } refusal)
            _errors.Add((new(exchange.Cluster, exchange.Destination), refusal.ProxyStatusError));
    }

    public void Retried(string cluster, string outcome) => _retries.Add((cluster, outcome));
}
