namespace Gateway.Telemetry;

internal static partial class OtlpLog
{
    [LoggerMessage(151, LogLevel.Warning, "The OTLP collector at {Address} cannot be reached: {Reason}; telemetry is dropped until it can, and this is not told again")]
    public static partial void Unreachable(ILogger logger, string address, string reason);

    [LoggerMessage(152, LogLevel.Warning, "The OTLP collector at {Address} refuses telemetry: {Reason}; what it refuses is dropped, and this is not told again")]
    public static partial void Refused(ILogger logger, string address, string reason);

    [LoggerMessage(153, LogLevel.Information, "The OTLP collector at {Address} takes telemetry again")]
    public static partial void Reached(ILogger logger, string address);
}
