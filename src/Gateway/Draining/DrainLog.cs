namespace Gateway.Draining;

internal static partial class DrainLog
{
    [LoggerMessage(401, LogLevel.Information, "Shutdown initiated")]
    public static partial void Initiated(ILogger logger);

    [LoggerMessage(402, LogLevel.Information, "Requests served: {Served}")]
    public static partial void Served(ILogger logger, long served);

    [LoggerMessage(403, LogLevel.Information, "Draining {InFlight} in-flight requests")]
    public static partial void Draining(ILogger logger, int inFlight);

    [LoggerMessage(404, LogLevel.Information, "All requests drained")]
    public static partial void Drained(ILogger logger);

    [LoggerMessage(405, LogLevel.Warning, "Drain timeout: {Cut} requests aborted")]
    public static partial void TimedOut(ILogger logger, int cut);

    [LoggerMessage(406, LogLevel.Warning, "Aborted {Method} {Path} on route {Route} to destination {Destination} of cluster {Cluster} after {Age:F1} s, trace {TraceId}")]
    public static partial void Cut(ILogger logger, string method, string path, string route, string destination, string cluster, double age, string traceId);

    [LoggerMessage(410, LogLevel.Warning, "Drain timeout: {Cut} connections aborted before their clients had taken the end of a response")]
    public static partial void CutUnsent(ILogger logger, int cut);

    [LoggerMessage(408, LogLevel.Information, "Still in flight: {Kind}, route {Route}, destination {Destination} of cluster {Cluster}, {Age:F1} s old, trace {TraceId}")]
    public static partial void InFlight(ILogger logger, string kind, string route, string destination, string cluster, double age, string traceId);

    [LoggerMessage(409, LogLevel.Information, "Still in flight: {More} more")]
    public static partial void MoreInFlight(ILogger logger, int more);

    [LoggerMessage(407, LogLevel.Information, "Gateway stopped")]
    public static partial void Stopped(ILogger logger);
}
