using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Gateway.Telemetry;
using Microsoft.Extensions.Logging;

namespace Gateway.IntegrationTests.Support;

/// <summary>What a gateway logged.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> All => [.. _lines];

    public Task WaitForAsync(string part) => Eventually.TrueAsync(() => _lines.Any(line => line.Contains(part, StringComparison.Ordinal)), $"a log line with '{part}'");

    public ILogger CreateLogger(string categoryName) => new Logger(_lines);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}".TrimEnd());
    }
}

/// <summary>The access log in place of standard output.</summary>
internal sealed class AccessLogLines : StandardOutput
{
    private readonly ConcurrentQueue<JsonElement> _lines = new();
    private readonly ConcurrentQueue<string> _texts = new();
    private volatile Task _open = Task.CompletedTask;

    public IReadOnlyList<JsonElement> All => [.. _lines];

    /// <summary>What stands between two line feeds, whatever its format.</summary>
    public IReadOnlyList<string> Texts => [.. _texts];

    /// <summary>Has whoever writes wait until what is returned is disposed of.</summary>
    public IDisposable Block()
    {
        var opened = new TaskCompletionSource();
        _open = opened.Task;
        return new Blocked(opened);
    }

    public override void Write(ReadOnlySpan<byte> lines)
    {
        _open.Wait();
        foreach (var line in Encoding.UTF8.GetString(lines).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            _texts.Enqueue(line);
            if (line.StartsWith('{'))
                _lines.Enqueue(JsonDocument.Parse(line).RootElement);
        }
    }

    /// <summary>The line of the request for <paramref name="path"/>; it comes a moment after the response.</summary>
    public async Task<JsonElement> OfAsync(string path)
    {
        await Eventually.TrueAsync(() => Find(path) is not null, $"an access log line for {path}");
        return Find(path)!.Value;
    }

    private sealed class Blocked(TaskCompletionSource opened) : IDisposable
    {
        public void Dispose() => opened.SetResult();
    }

    private JsonElement? Find(string path) =>
        _lines.Where(line => line.GetProperty("path").GetString() == path).Select(line => (JsonElement?)line).FirstOrDefault();
}
