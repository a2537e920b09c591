namespace Gateway.Health;

internal static partial class HealthLog
{
    [LoggerMessage(201, LogLevel.Warning, "Destination {Destination} of cluster {Cluster} is DOWN: {Reason}")]
    public static partial void Down(ILogger logger, string destination, string cluster, string reason);

    [LoggerMessage(202, LogLevel.Information, "Destination {Destination} of cluster {Cluster} is UP")]
    public static partial void Up(ILogger logger, string destination, string cluster);

    [LoggerMessage(203, LogLevel.Error, "The probe of destination {Destination} of cluster {Cluster} failed on our side; it goes on")]
    public static partial void ProbeFailed(ILogger logger, string destination, string cluster, Exception error);
}
