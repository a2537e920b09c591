namespace Gateway.Management;

internal static partial class ManagementLog
{
    [LoggerMessage(501, LogLevel.Information, "Management listens on {Address}: /health/live, /health/ready, /metrics, /api/status")]
    public static partial void Listening(ILogger logger, string address);

    [LoggerMessage(502, LogLevel.Error, "The management endpoint failed on {Path}")]
    public static partial void Failed(ILogger logger, string path, Exception error);

    [LoggerMessage(503, LogLevel.Error, "A tick of the status failed; the next one comes in a second")]
    public static partial void TickFailed(ILogger logger, Exception error);
}
