using System.Diagnostics;
using System.Text.Json;

namespace Gateway.IntegrationTests.Processes.Support;

/// <summary>One line that a process wrote, and when it was read.</summary>
internal sealed record OutputLine(string Text, long Read)
{
    /// <summary>The message of a line of the structured log; null for any other line, those of the access log included.</summary>
    public string? Message { get; } = MessageOf(Text);

    private static string? MessageOf(string text)
    {
        try
        {
            using var line = JsonDocument.Parse(text);
            return line.RootElement.ValueKind == JsonValueKind.Object && line.RootElement.TryGetProperty(nameof(Message), out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What a process writes to one of its outputs, as it comes. Thread-safe.</summary>
internal sealed class OutputLines(string process)
{
    private readonly Lock _lock = new();
    private readonly List<OutputLine> _lines = [];
    private TaskCompletionSource _more = NewSignal();
    private volatile bool _stopped;
    private bool _ended;

    public IReadOnlyList<OutputLine> All
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public IEnumerable<string> Messages => All.Select(line => line.Message).OfType<string>();

    public string Text => string.Join('\n', All.Select(line => line.Text));

    /// <summary>Reads no more from now on, so that the pipe fills.</summary>
    public void StopReading() => _stopped = true;

    public async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (!_stopped && await reader.ReadLineAsync() is { } line)
                Add(new OutputLine(line, Stopwatch.GetTimestamp()));
        }
        catch (IOException) when (_stopped)
        {
            // Our end was closed while we read.
        }
        lock (_lock)
            _ended = true;
        Volatile.Read(ref _more).TrySetResult();
    }

    public Task<OutputLine> WaitForMessageAsync(string start) =>
        WaitForAsync(line => line.Message?.StartsWith(start, StringComparison.Ordinal) == true, start);

    /// <summary>Waits for the first line that is wanted, past ones included.</summary>
    public async Task<OutputLine> WaitForAsync(Func<OutputLine, bool> wanted, string what)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        over.CancelAfter(Wait.Patience);
        for (var seen = 0; ;)
        {
            Task more;
            lock (_lock)
            {
                for (; seen < _lines.Count; seen++)
                {
                    if (wanted(_lines[seen]))
                        return _lines[seen];
                }
                if (_ended)
                    throw new InvalidOperationException($"{process} ended its output without '{what}'.");
                more = _more.Task;
            }
            await Task.WhenAny(more, Task.Delay(Timeout.Infinite, over.Token));
            if (over.IsCancellationRequested)
                throw new TimeoutException($"{process} did not write '{what}' within {Wait.Patience.TotalSeconds} s.");
        }
    }

    private void Add(OutputLine line)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _lines.Add(line);
            (more, _more) = (_more, NewSignal());
        }
        more.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
