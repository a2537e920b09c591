namespace Gateway.Configuration;

internal static partial class ConfigurationLog
{
    [LoggerMessage(1, LogLevel.Information, "Configuration {Version} applied: {Difference}")]
    public static partial void Applied(ILogger logger, long version, string difference);

    [LoggerMessage(2, LogLevel.Error, "Configuration rejected, {Version} stays in force: {Faults}")]
    public static partial void Rejected(ILogger logger, long version, string faults);

    [LoggerMessage(3, LogLevel.Error, "The configuration could not be looked at; the next look is in {Interval}")]
    public static partial void LookFailed(ILogger logger, TimeSpan interval, Exception error);

    [LoggerMessage(4, LogLevel.Debug, "Receipt of configuration {Version}: {Receipt}")]
    public static partial void Receipt(ILogger logger, long version, Receipt receipt);

    [LoggerMessage(5, LogLevel.Information, "Configuration reread, {Version} stays in force: nothing changed")]
    public static partial void Unchanged(ILogger logger, long version);

    [LoggerMessage(11, LogLevel.Error, "What surrounds the configuration could not be looked at")]
    public static partial void AdviceFailed(ILogger logger, Exception error);

    [LoggerMessage(10, LogLevel.Warning, "Advice on {Path}: {Advice}")]
    public static partial void Advised(ILogger logger, string path, string advice);
}
