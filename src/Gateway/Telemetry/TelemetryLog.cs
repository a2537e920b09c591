namespace Gateway.Telemetry;

internal static partial class TelemetryLog
{
    [LoggerMessage(101, LogLevel.Error, "An unexpected error ended a {Method} request, trace {TraceId}")]
    public static partial void Unexpected(ILogger logger, string method, string traceId, Exception error);

    [LoggerMessage(102, LogLevel.Warning, "{Dropped} lines of the access log were dropped: standard output is read too slowly")]
    public static partial void LinesDropped(ILogger logger, long dropped);

    [LoggerMessage(104, LogLevel.Error, "{Observer} failed at the end of a request, trace {TraceId}")]
    public static partial void ObserverFailed(ILogger logger, string observer, string traceId, Exception error);

    [LoggerMessage(103, LogLevel.Error, "The access log could not be written; the lines since the last write are lost")]
    public static partial void WriteFailed(ILogger logger, Exception error);
}
