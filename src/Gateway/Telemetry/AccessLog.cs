using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Telemetry;

/// <summary>
/// Writes a line for each request, off the request's way: what comes faster than standard output
/// takes it is dropped and counted.
/// </summary>
internal sealed class AccessLog : IExchangeObserver, IConfigurationListener, IHostedService, IDisposable
{
    private const int QueueLength = 16 * 1024;
    private const int BatchBytes = 64 * 1024;
    private static readonly TimeSpan BatchTime = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastLinesTime = TimeSpan.FromSeconds(1);

    private readonly AccessLogQueue _queue = new(QueueLength);
    private readonly StandardOutput _output;
    private readonly TimeProvider _time;
    private readonly ILogger<AccessLog> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private volatile AccessLogStyle? _style;
    private long _dropped;
    private Task _writing = Task.CompletedTask;

    public AccessLog(StandardOutput output, TimeProvider time, IMeterFactory meters, ILogger<AccessLog> logger)
    {
        (_output, _time, _logger) = (output, time, logger);
        meters.Create(Meters.Gateway).CreateObservableCounter("gateway_access_log_dropped", () => Interlocked.Read(ref _dropped),
            description: "Lines of the access log that were dropped because standard output was read too slowly.");
    }

    public void Apply(Snapshot snapshot) => _style = new(snapshot.Get(AccessLogSettings.Section)!);

    public void Started(Exchange exchange)
    {
    }

    public void Ended(Exchange exchange)
    {
        if (_style is not { } style || !style.Writes(exchange))
            return;
        if (!_queue.TryAdd(new AccessLogEntry(exchange, style.Combined)))
            Interlocked.Increment(ref _dropped);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: a write to a pipe that nobody reads blocks, and must block nobody else.
        _writing = Task.Factory.StartNew(WriteLoop, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Complete();
        await _stopping.CancelAsync();
        // Whoever does not read the last lines does not hold up the exit.
        await Task.WhenAny(_writing, Task.Delay(LastLinesTime, _time, cancellationToken));
    }

    public void Dispose()
    {
        _stopping.Dispose();
        // A thread that still writes to an output that is not read is waited for no more.
        if (_writing.IsCompleted)
            _queue.Dispose();
    }

    private void WriteLoop()
    {
        var buffer = new ArrayBufferWriter<byte>(BatchBytes);
        using var json = new Utf8JsonWriter(buffer, AccessLogJsonLines.Options);
        long reported = 0;
        AccessLogStyle? style = null;
        IAccessLogLines? lines = null;
        while (_queue.Wait())
        {
            if (style != _style || lines is null)
                lines = (style = _style)!.CreateLines(json);
            Fill(buffer, lines);
            Write(buffer);
            reported = Report(reported);
            // Lines gather for a moment, so that a busy gateway pays for few writes.
            if (buffer.WrittenCount < BatchBytes)
                _stopping.Token.WaitHandle.WaitOne(BatchTime);
        }
    }

    private void Fill(ArrayBufferWriter<byte> buffer, IAccessLogLines lines)
    {
        buffer.ResetWrittenCount();
        var clock = new AccessLogClock(_time);
        var taken = 0;
        for (; buffer.WrittenCount < BatchBytes && _queue.TryTake(out var entry); taken++)
            lines.Write(buffer, entry, clock);
        _queue.GiveBack(taken);
    }

    private void Write(ArrayBufferWriter<byte> buffer)
    {
        try
        {
            _output.Write(buffer.WrittenSpan);
        }
        catch (IOException error)
        {
            TelemetryLog.WriteFailed(_logger, error);
        }
    }

    private long Report(long reported)
    {
        var dropped = Interlocked.Read(ref _dropped);
        if (dropped > reported)
            TelemetryLog.LinesDropped(_logger, dropped - reported);
        return dropped;
    }
}
