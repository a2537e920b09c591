using Gateway.Management;

namespace Gateway.Draining;

/// <summary>Tells what is under way.</summary>
internal sealed class InFlightReport(InFlight inFlight, TimeProvider time) : IInFlightReport
{
    public int Count => inFlight.Count;

    public IReadOnlyList<InFlightExchange> Oldest(int limit) => [.. inFlight.List().Take(limit).Select(exchange => new InFlightExchange(
        "request", exchange.Method, exchange.Path, exchange.Route, exchange.Cluster, exchange.Destination,
        time.GetElapsedTime(exchange.Started).TotalSeconds, exchange.Trace.TraceId))];
}
