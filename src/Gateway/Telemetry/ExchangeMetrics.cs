using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Configuration;
using Gateway.Telemetry.Scraping;

namespace Gateway.Telemetry;

/// <summary>Counts every request by what became of it, and how long it took.</summary>
/// <remarks>
/// Requests are counted in cells of our own that the exporter reads when it is scraped: an increment
/// on the request's way costs a look-up and nothing more.
/// </remarks>
internal sealed class ExchangeMetrics : IExchangeObserver
{
    private readonly ConcurrentDictionary<(string Route, string Cluster, string Destination, int Code), TrafficCell> _requests = new();
    private readonly ConcurrentDictionary<(string Gate, string Scope), RareCell> _rejections = new();
    private readonly ConcurrentDictionary<DestinationId, RareCell> _repeated = new();
    private readonly Histogram<double> _duration;
    private readonly TimeProvider _time;
    private readonly LiveIds _live;
    private readonly Examples _examples;

    public ExchangeMetrics(IMeterFactory meters, TimeProvider time, LiveIds live, Examples examples)
    {
        (_time, _live, _examples) = (time, live, examples);
        var meter = meters.Create(Meters.Gateway);
        meter.CreateObservableCounter("gateway_requests", Requests, description: "Requests that ended, refused ones too.");
        _duration = meter.CreateHistogram<double>("gateway_request_duration", "s", "The whole exchange, from the request's first line to the response's last byte.");
        meter.CreateObservableCounter("gateway_rejections", Rejected, description: "Requests that a gate refused.");
    }

    /// <summary>The requests that ended, by route, destination and status.</summary>
    public IEnumerable<TrafficCell> Cells => _requests.Select(static pair => pair.Value);

    /// <summary>The refusals of each gate, by scope where it has several.</summary>
    public IEnumerable<KeyValuePair<(string Gate, string Scope), RareCell>> Rejections => _rejections;

    /// <summary>The attempts that failed and were followed by another one: their requests are counted elsewhere.</summary>
    public IEnumerable<KeyValuePair<DestinationId, RareCell>> Repeated => _repeated;

    /// <summary>Forgets a cell of what is gone; whatever ends there later is counted anew.</summary>
    public void LetGo(TrafficCell cell) => _requests.TryRemove(KeyValuePair.Create((cell.Route, cell.Cluster, cell.Destination, cell.Code), cell));

    /// <summary>Forgets the attempts of a destination that is gone.</summary>
    public void LetGo(DestinationId id) => _repeated.TryRemove(id, out _);

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        var key = (exchange.Route, exchange.Cluster, exchange.Destination, exchange.Context.Response.StatusCode);
        if (!_requests.TryGetValue(key, out var cell))
            cell = _requests.GetOrAdd(key, static key => new TrafficCell(key.Route, key.Cluster, key.Destination, key.Code));
        var duration = _time.GetElapsedTime(exchange.Started, exchange.Ended);
        cell.Add(duration, exchange.UpstreamDuration);
        if (_duration.Enabled)
            Record(exchange, cell, duration.TotalSeconds);
        if (exchange.Refusal is { } refusal)
            _rejections.GetOrAdd((refusal.Gate, refusal.Scope ?? ""), static _ => new RareCell()).Add();
        if (exchange.FailedAttempts is { } failed)
            CountRepeated(exchange, failed);
    }

    private void Record(Exchange exchange, TrafficCell cell, double seconds)
    {
        using var trace = _examples.Lend(exchange, cell, seconds, exchange.Ended / _time.TimestampFrequency);
        _duration.Record(seconds, new("route", exchange.Route), new("cluster", exchange.Cluster));
    }

    // The attempt that the client was told of is the request that its destination failed; those before it are told by nobody else.
    private void CountRepeated(Exchange exchange, List<FailedAttempt> failed)
    {
        var told = exchange.Refusal is { Gate: "upstream" } ? 1 : 0;
        for (var i = 0; i < failed.Count - told; i++)
            _repeated.GetOrAdd(new(exchange.Cluster, failed[i].Destination), static _ => new RareCell()).Add();
    }

    // What ends after its destination was removed is counted once more, and let go of again.
    private IEnumerable<Measurement<long>> Requests()
    {
        foreach (var (key, cell) in _requests)
        {
            if (IsLive(cell))
                yield return new(cell.Count, new("route", cell.Route), new("cluster", cell.Cluster), new("destination", cell.Destination), new("code", cell.CodeLabel));
            else
                _requests.TryRemove(key, out _);
        }
    }

    // Looked up once for each configuration, and not for each scrape.
    private bool IsLive(TrafficCell cell)
    {
        var ids = _live.Now;
        if (ReferenceEquals(cell.LiveAmong, ids))
            return true;
        if (!_live.Have(cell.Route, cell.Cluster, cell.Destination))
            return false;
        cell.LiveAmong = ids;
        return true;
    }

    private IEnumerable<Measurement<long>> Rejected() => _rejections.Select(static pair => new Measurement<long>(
        pair.Value.Count, new("gate", pair.Key.Gate), new("scope", pair.Key.Scope)));
}
