using System.Diagnostics.Metrics;
using Gateway.Telemetry;

namespace Gateway.Forwarding;

/// <summary>What backends take and how they fail.</summary>
internal sealed class ForwardingMetrics
{
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _retries;

    public ForwardingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Meters.Gateway);
        _duration = meter.CreateHistogram<double>("gateway_upstream_duration", "s", "From the start of an attempt to its response's headers.");
        _errors = meter.CreateCounter<long>("gateway_upstream_errors", description: "Attempts that came to nothing, by the error of the Proxy-Status header.");
        _retries = meter.CreateCounter<long>("gateway_retries", description: "Attempts after the first, by outcome, and those that the budget did not allow.");
    }

    public void Answered(string cluster, string destination, TimeSpan duration)
    {
        if (_duration.Enabled)
            _duration.Record(duration.TotalSeconds, new("cluster", cluster), new("destination", destination));
    }

    public void Failed(Exchange exchange, UpstreamFailure failure)
    {
        if (failure.Refusal is { Gate: "upstream" } refusal)
            _errors.Add(1, new("cluster", exchange.Cluster), new("destination", exchange.Destination), new("error", refusal.ProxyStatusError));
    }

    public void Retried(string cluster, string outcome) => _retries.Add(1, new("cluster", cluster), new("outcome", outcome));
}
