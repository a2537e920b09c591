namespace Gateway.Forwarding;

internal static partial class ForwardingLog
{
    [LoggerMessage(601, LogLevel.Warning, "Attempt {Attempt} of a {Method} request on route {Route} to destination {Destination} of cluster {Cluster} failed, {Error}: {Cause} (trace {TraceId})")]
    public static partial void AttemptFailed(
        ILogger logger, int attempt, string method, string route, string destination, string cluster, string error, string cause, string traceId);
}
