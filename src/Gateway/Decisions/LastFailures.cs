using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;
using Gateway.Telemetry;

namespace Gateway.Decisions;

/// <summary>Keeps the last failures of each destination: of attempts, and answers that say that it cannot serve.</summary>
internal sealed class LastFailures(TimeProvider time) : IExchangeObserver, IConfigurationListener, IDestinationPart
{
    private const int Kept = 5;
    private readonly LiveStates<Failures> _failures = new(static _ => new Failures());

    public string Name => "failures";

    private sealed class Failures
    {
        public readonly Lock Lock = new();
        public readonly Queue<Failure> Last = new(Kept);
    }

    private readonly record struct Failure(DateTimeOffset Time, string Error, TraceContext Trace);

    public void Apply(Snapshot snapshot)
    {
    }

    public void Settled(Snapshot snapshot) => _failures.Settle(snapshot);

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        // What the drain cut has a status of ours, that no destination answered.
        if (exchange.Refusal is null && !exchange.Cut && exchange.Context.Response.StatusCode is >= StatusCodes.Status502BadGateway and <= StatusCodes.Status504GatewayTimeout && exchange.Destination.Length > 0)
            Keep(exchange, exchange.Destination, "http_response_status");
    }

    public void Failed(Exchange exchange, in FailedAttempt attempt) => Keep(exchange, attempt.Destination, attempt.Error);

    private void Keep(Exchange exchange, string destination, string error)
    {
        var failures = _failures.Get(new(exchange.Cluster, destination));
        var failure = new Failure(time.GetUtcNow(), error, exchange.Trace);
        lock (failures.Lock)
        {
            if (failures.Last.Count == Kept)
                failures.Last.Dequeue();
            failures.Last.Enqueue(failure);
        }
    }

    public void Write(Utf8JsonWriter json, DestinationId id)
    {
        json.WriteStartArray();
        if (_failures.Find(id) is { } failures)
        {
            Failure[] last;
            lock (failures.Lock)
                last = [.. failures.Last];
            foreach (var failure in last)
                Write(json, failure);
        }
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Failure failure)
    {
        json.WriteStartObject();
        json.WriteString("time", failure.Time);
        json.WriteString("error", failure.Error);
        json.WriteString("traceId", failure.Trace.TraceId);
        json.WriteEndObject();
    }
}
