namespace Gateway.Telemetry;

/// <summary>.NET's own section of what is logged. The access log is a setting of the gateway, Gateway:AccessLog.</summary>
internal sealed record LoggingShape
{
    /// <summary>The least level that is logged, by the beginning of a category's name; Default for all others.</summary>
    public IReadOnlyDictionary<string, LogLevel>? LogLevel { get; init; }
}
