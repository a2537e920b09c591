namespace Gateway.Health;

internal static partial class HealthLog
{
    [LoggerMessage(201, LogLevel.Warning, "Destination {Destination} of cluster {Cluster} is DOWN: {Reason}")]
    public static partial void Down(ILogger logger, string destination, string cluster, string reason);

    [LoggerMessage(202, LogLevel.Information, "Destination {Destination} of cluster {Cluster} is UP")]
    public static partial void Up(ILogger logger, string destination, string cluster);

    [LoggerMessage(203, LogLevel.Error, "The probe of destination {Destination} of cluster {Cluster} failed on our side; it goes on")]
    public static partial void ProbeFailed(ILogger logger, string destination, string cluster, Exception error);

    [LoggerMessage(204, LogLevel.Warning, "Destination {Destination} of cluster {Cluster} stays in although it is down: MaxEjectedPercent of {Percent} leaves {Allowed} of {Count} out")]
    public static partial void KeptIn(ILogger logger, string destination, string cluster, int percent, int allowed, int count);

    [LoggerMessage(205, LogLevel.Warning, "Destination {Destination} of cluster {Cluster} is UP to its probes, but its last {Requests} requests over {Seconds} s all failed: probes find that it accepts connections, and ask for no more")]
    public static partial void TrafficFails(ILogger logger, string destination, string cluster, int requests, long seconds);

    [LoggerMessage(206, LogLevel.Warning, "Destination {Destination} of cluster {Cluster} is DOWN to its probes ({Reason}), but {Requests} requests to it succeeded over {Seconds} s")]
    public static partial void TrafficSucceeds(ILogger logger, string destination, string cluster, string reason, int requests, long seconds);
}
