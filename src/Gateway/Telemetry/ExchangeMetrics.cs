using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Gateway.Telemetry;

/// <summary>Counts every request by what became of it, and how long it took.</summary>
/// <remarks>
/// Requests are counted in cells of our own that the exporter reads when it is scraped: an increment
/// on the request's way costs a look-up and nothing more.
/// </remarks>
internal sealed class ExchangeMetrics : IExchangeObserver
{
    private readonly ConcurrentDictionary<(string Route, string Cluster, string Destination, int Code), Cell> _requests = new();
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _rejections;
    private readonly TimeProvider _time;

    private sealed class Cell
    {
        public long Count;
    }

    public ExchangeMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create(Meters.Gateway);
        meter.CreateObservableCounter("gateway_requests", Requests, description: "Requests that ended, refused ones too.");
        _duration = meter.CreateHistogram<double>("gateway_request_duration", "s", "The whole exchange, from the request's first line to the response's last byte.");
        _rejections = meter.CreateCounter<long>("gateway_rejections", description: "Requests that a gate refused.");
    }

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        var key = (exchange.Route, exchange.Cluster, exchange.Destination, exchange.Context.Response.StatusCode);
        if (!_requests.TryGetValue(key, out var cell))
            cell = _requests.GetOrAdd(key, static _ => new Cell());
        Interlocked.Increment(ref cell.Count);
        if (_duration.Enabled)
            _duration.Record(_time.GetElapsedTime(exchange.Started, exchange.Ended).TotalSeconds, new("route", exchange.Route), new("cluster", exchange.Cluster));
        if (exchange.Refusal is { } refusal)
            _rejections.Add(1, new("gate", refusal.Gate), new("scope", refusal.Scope ?? ""));
    }

    private IEnumerable<Measurement<long>> Requests() => _requests.Select(static pair => new Measurement<long>(
        Volatile.Read(ref pair.Value.Count),
        new("route", pair.Key.Route), new("cluster", pair.Key.Cluster), new("destination", pair.Key.Destination),
        new("code", pair.Key.Code.ToString(CultureInfo.InvariantCulture))));
}
