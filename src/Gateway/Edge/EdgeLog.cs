namespace Gateway.Edge;

internal static partial class EdgeLog
{
    [LoggerMessage(701, LogLevel.Error, "The bodies that requests wait for could not be looked at")]
    public static partial void BodiesNotLookedAt(ILogger logger, Exception error);

    [LoggerMessage(702, LogLevel.Information, "A message from {Client} could not be read and was answered {Status}: {Reason}; {Untold} more of this kind were not told before")]
    public static partial void Unreadable(ILogger logger, System.Net.IPAddress? client, int status, string reason, long untold);
}
