using System.Buffers;
using System.Text.Json;
using Gateway.Configuration;
using Gateway.Management.Status;
using Gateway.Management.Traffic;

namespace Gateway.Management.Events;

/// <summary>Beats once a second: samples the traffic, and tells those who listen what changed.</summary>
internal sealed class StatusPulse(
    TrafficSampler traffic, StatusDocument document, EventListeners listeners, TimeProvider time, ILogger<StatusPulse> logger) : BackgroundService
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private const int BeatsToHeartbeat = 15;
    private const int UsualBytes = 64 * 1024;

    private readonly StatusChanges _changes = new(document);
    private readonly ArrayBufferWriter<byte> _message = new(UsualBytes);
    private long _version;
    private int _beats;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _version = document.Configuration.Version;
        using var timer = new PeriodicTimer(Beat, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Tick();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops: those who listen hear at last what its drain came to.
            Tick();
        }
    }

    public override void Dispose()
    {
        _changes.Dispose();
        base.Dispose();
    }

    internal void Tick()
    {
        try
        {
            // Looked at once: a save in the middle of a tick is told by the next one.
            var snapshot = document.Configuration;
            traffic.Follow(snapshot);
            traffic.Sample();
            Publish(snapshot);
        }
        catch (Exception error)
        {
            ManagementLog.TickFailed(logger, error);
        }
    }

    private void Publish(Snapshot snapshot)
    {
        if (listeners.Count == 0)
        {
            _changes.Forget();
            _version = snapshot.Version;
            return;
        }
        if (Message(snapshot) is { } message)
            listeners.Tell(message);
        // For proxies and clients that look for nothing but bytes.
        if (++_beats % BeatsToHeartbeat == 0)
            listeners.Tell(EventText.Heartbeat);
    }

    // What a new configuration has and has no more is told by telling everything.
    private byte[]? Message(Snapshot snapshot)
    {
        var all = snapshot.Version != _version;
        _version = snapshot.Version;
        _message.ResetWrittenCount();
        EventText.Begin(_message, all ? "status" : "delta", document.Steps);
        using var json = new Utf8JsonWriter(_message);
        if (all)
            document.Write(json, snapshot);
        else if (!_changes.TryWrite(json, snapshot))
            return null;
        json.Flush();
        _message.Write(EventText.End);
        return _message.WrittenSpan.ToArray();
    }
}
