namespace Gateway.Decisions;

internal static partial class DecisionLog
{
    [LoggerMessage(801, LogLevel.Error, "What was seen of a refused request could not be kept, trace {TraceId}")]
    public static partial void NotKept(ILogger logger, string traceId, Exception error);
}
