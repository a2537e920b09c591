namespace Gateway.Management;

internal static partial class ManagementLog
{
    [LoggerMessage(501, LogLevel.Information, "Management listens on {Address}: /health/live, /health/ready, /metrics")]
    public static partial void Listening(ILogger logger, string address);
}
