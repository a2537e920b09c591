using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Backend;

/// <summary>
/// What the connections of the traffic ports meet: they are counted, closed unanswered, or closed some time after
/// they became idle. Safe to use from several threads.
/// </summary>
internal sealed class Connections(TimeProvider time, Counters counters)
{
    private readonly ConcurrentDictionary<TrafficConnection, bool> _open = new();
    private volatile bool _drop;
    private volatile int _closeIdleWithin;

    public int CloseIdleWithin
    {
        get => _closeIdleWithin;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Endpoints.MaxMilliseconds);
            _closeIdleWithin = value;
        }
    }

    /// <summary>Closes connections as soon as they are accepted, and those that are open as soon as they are idle.</summary>
    public void SetDrop(bool on)
    {
        _drop = on;
        if (!on)
            return;
        foreach (var connection in _open.Keys)
            connection.CloseIfIdle();
    }

    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        counters.ConnectionAccepted();
        if (_drop)
        {
            connection.Abort();
            return;
        }

        var traffic = new TrafficConnection(connection);
        connection.Features.Set(traffic);
        _open[traffic] = true;
        try
        {
            await next(connection);
        }
        finally
        {
            _open.TryRemove(traffic, out _);
        }
    }

    /// <summary>False when the request's connection was closed as idle just before.</summary>
    public bool TryBeginRequest(HttpContext context)
    {
        var connection = context.Features.Get<TrafficConnection>()!;
        if (!connection.TryBeginRequest())
            return false;
        context.Response.OnCompleted(() =>
        {
            BecameIdle(connection, connection.RequestEnded());
            return Task.CompletedTask;
        });
        return true;
    }

    private void BecameIdle(TrafficConnection connection, long begun)
    {
        if (_drop)
            connection.CloseIfIdle();
        else if (_closeIdleWithin is > 0 and var within)
            _ = CloseLaterAsync(connection, begun, TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * within));
    }

    private async Task CloseLaterAsync(TrafficConnection connection, long begun, TimeSpan after)
    {
        await Task.Delay(after, time);
        connection.CloseIfIdle(begun);
    }
}
