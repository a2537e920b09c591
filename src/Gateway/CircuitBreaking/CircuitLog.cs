namespace Gateway.CircuitBreaking;

internal static partial class CircuitLog
{
    [LoggerMessage(301, LogLevel.Warning, "Circuit of destination {Destination} of cluster {Cluster} is OPEN after {Failures} failures in a row; a probe goes through in {Break}")]
    public static partial void Opened(ILogger logger, string destination, string cluster, int failures, TimeSpan @break);

    [LoggerMessage(302, LogLevel.Warning, "Circuit of destination {Destination} of cluster {Cluster} stays OPEN, its probe failed; the next one goes through in {Break}")]
    public static partial void StaysOpen(ILogger logger, string destination, string cluster, TimeSpan @break);

    [LoggerMessage(303, LogLevel.Information, "Circuit of destination {Destination} of cluster {Cluster} is CLOSED, its probe succeeded")]
    public static partial void Closed(ILogger logger, string destination, string cluster);

    [LoggerMessage(304, LogLevel.Debug, "Circuit of destination {Destination} of cluster {Cluster} is HALF-OPEN, one request goes through as the probe")]
    public static partial void Probing(ILogger logger, string destination, string cluster);

    [LoggerMessage(305, LogLevel.Warning, "Circuit of destination {Destination} of cluster {Cluster} stays CLOSED after {Failures} failures in a row: MaxEjectedPercent of {Percent} leaves {Allowed} of {Count} out")]
    public static partial void StaysClosed(ILogger logger, string destination, string cluster, int failures, int percent, int allowed, int count);

    [LoggerMessage(306, LogLevel.Information, "Circuit of destination {Destination} of cluster {Cluster} is CLOSED before its probe: MaxEjectedPercent of {Percent} leaves {Allowed} of {Count} out")]
    public static partial void GaveWay(ILogger logger, string destination, string cluster, int percent, int allowed, int count);
}
