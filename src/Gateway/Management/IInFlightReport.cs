namespace Gateway.Management;

/// <summary>Tells what is under way, asked by <c>/api/status</c>. Thread-safe; costs as much as there is under way.</summary>
internal interface IInFlightReport
{
    /// <summary>The exchanges under way now.</summary>
    int Count { get; }

    /// <summary>Lists the oldest exchanges, oldest first.</summary>
    /// <param name="limit">As many as are listed at most.</param>
    IReadOnlyList<InFlightExchange> Oldest(int limit);
}

/// <summary>An exchange under way.</summary>
/// <param name="Kind">What it is: <c>request</c>, <c>websocket</c>, <c>event stream</c>, <c>grpc stream</c> or <c>waiting</c>, which is for a permit.</param>
/// <param name="Method">The request's method.</param>
/// <param name="Path">The path without its query, as long as the client made it.</param>
/// <param name="Route">The route's id; empty while none is matched.</param>
/// <param name="Cluster">The cluster's id; empty while no route is matched.</param>
/// <param name="Destination">The destination's id; empty while none is chosen.</param>
/// <param name="AgeSeconds">The seconds since the request came.</param>
/// <param name="TraceId">The trace that log lines and refusals name it by.</param>
internal sealed record InFlightExchange(
    string Kind, string Method, string Path, string Route, string Cluster, string Destination, double AgeSeconds, string TraceId);
