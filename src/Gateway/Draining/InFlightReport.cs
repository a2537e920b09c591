using Gateway.Management;
using Gateway.Telemetry;

namespace Gateway.Draining;

/// <summary>What is under way, in the words of the status.</summary>
internal sealed class InFlightReport(InFlight inFlight, TimeProvider time) : IInFlightReport
{
    public int Count => inFlight.Count;

    public IReadOnlyList<InFlightExchange> Oldest(int limit) => [.. inFlight.Oldest(limit).Select(Describe)];

    private InFlightExchange Describe(Exchange exchange) => new(exchange.Kind.Word(), exchange.Method, exchange.Path, exchange.Route, exchange.Cluster,
        exchange.Destination, time.GetElapsedTime(exchange.Started).TotalSeconds, exchange.Trace.TraceId);
}
